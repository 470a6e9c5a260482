package dev.azwg.wg.host;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** The node cannot be brought into the desired state, for a reason other than a netlink error. */
public final class HostException extends IOException {
  private static final long serialVersionUID = 1L;

  /** What kind of failure. */
  public enum Reason {
    /** The NIC that should carry the encrypted packets does not exist or has no address. */
    NO_UNDERLAY,
    /** A device of the wanted name exists, but is something else. */
    NAME_TAKEN,
    /** Neither the kernel nor a userspace implementation provides WireGuard. */
    NO_WIREGUARD,
    /** A sysctl cannot be read or written. */
    SYSCTL,
    /** The packet filter cannot be read or changed: its program does not work. */
    FIREWALL,
    /** The packet filter's program works, and says that what was asked cannot be done. */
    FIREWALL_REFUSED,
    /** The rules do not stay as they are made. */
    RULES
  }

  private final Reason reason;
  private final String subject;

  public HostException(Reason reason, String subject, String detail) {
    this(reason, subject, detail, null);
  }

  public HostException(Reason reason, String subject, String detail, @Nullable Throwable cause) {
    super(subject + ": " + detail, cause);
    this.reason = reason;
    this.subject = subject;
  }

  public Reason reason() {
    return reason;
  }

  /** The device, program or file concerned. */
  public String subject() {
    return subject;
  }
}
