package dev.azwg.wg.device;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Why a device could not be read or changed. After a failed change, a part of it may have been
 * applied: read the device again.
 */
public final class WireGuardException extends IOException {
  private static final long serialVersionUID = 1L;

  /** What went wrong, as far as a caller may act on it. */
  public enum Reason {
    /** There is no WireGuard of this kind here: no kernel module, or too old. */
    UNSUPPORTED,
    /** There is no WireGuard device of that name. */
    NO_DEVICE,
    /** Not allowed: CAP_NET_ADMIN is missing, or the socket is not ours. */
    PERMISSION,
    /** The device refused the request; {@link WireGuardException#errno} says why. */
    REFUSED,
    /** The answer does not follow the protocol, or exceeds what is accepted. */
    PROTOCOL,
    /** No complete answer in time. */
    TIMEOUT,
    /** The exchange broke. */
    IO
  }

  private final String device;
  private final Reason reason;
  private final int errno;

  /**
   * An error without a cause or an errno.
   *
   * @param detail what happened and where, without secrets
   */
  public WireGuardException(String device, Reason reason, String detail) {
    this(device, reason, 0, detail, null);
  }

  /**
   * An error.
   *
   * @param errno the positive error number, 0 if there is none
   * @param detail what happened and where, without secrets
   */
  public WireGuardException(
      String device, Reason reason, int errno, String detail, @Nullable Throwable cause) {
    super("WireGuard device " + device + ": " + detail, cause);
    this.device = device;
    this.reason = reason;
    this.errno = errno;
  }

  /** The device's name. */
  public String device() {
    return device;
  }

  /** What went wrong. */
  public Reason reason() {
    return reason;
  }

  /** The positive error number that the device answered with, 0 if there is none. */
  public int errno() {
    return errno;
  }
}
