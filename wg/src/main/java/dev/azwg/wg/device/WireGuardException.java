package dev.azwg.wg.device;

import dev.azwg.netlink.libc.Errno;
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

  // asm-generic/errno.h
  private static final int EPERM = 1;
  private static final int EACCES = 13;
  private static final int ENODEV = 19;
  private static final int EOPNOTSUPP = 95;

  private final String device;
  private final Reason reason;
  private final int errno;

  /**
   * The device's refusal of a request.
   *
   * @param operation what was asked for
   * @param kernelText the kernel's own explanation, empty if there is none
   */
  public static WireGuardException refused(
      String device, String operation, Errno errno, String kernelText, @Nullable Throwable cause) {
    Reason reason =
        switch (errno.number()) {
          case EPERM, EACCES -> Reason.PERMISSION;
          // The kernel gives the second one for an interface of another kind.
          case ENODEV, EOPNOTSUPP -> Reason.NO_DEVICE;
          default -> Reason.REFUSED;
        };
    String detail = operation + " was refused: " + errno;
    return new WireGuardException(
        device, reason, errno, kernelText.isEmpty() ? detail : detail + ": " + kernelText, cause);
  }

  /**
   * An error without a cause or an errno.
   *
   * @param detail what happened and where, without secrets
   */
  public WireGuardException(String device, Reason reason, String detail) {
    this(device, reason, Errno.NONE, detail, null);
  }

  /**
   * An error.
   *
   * @param errno what the device answered with, {@link Errno#NONE} if it did not answer
   * @param detail what happened and where, without secrets
   */
  public WireGuardException(
      String device, Reason reason, Errno errno, String detail, @Nullable Throwable cause) {
    super("WireGuard device " + device + ": " + detail, cause);
    this.device = device;
    this.reason = reason;
    this.errno = errno.number();
  }

  /** The device's name. */
  public String device() {
    return device;
  }

  /** What went wrong. */
  public Reason reason() {
    return reason;
  }

  /** The error number that the device answered with, {@link Errno#NONE} if there is none. */
  public Errno errno() {
    return new Errno(errno);
  }
}
