package dev.azwg.netlink;

import dev.azwg.netlink.libc.Errno;
import java.io.IOException;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * Everything that can go wrong between a request and its answer: what was asked, why it failed, the
 * kernel's error number and, if it sent one, its explanation (extended acknowledgement).
 */
public final class NetlinkException extends IOException {
  private static final long serialVersionUID = 1L;

  /** What kind of failure it is; callers decide by this and by {@link #errno()}. */
  public enum Reason {
    /** A system call failed; {@link #errno()} says why. The request may not have been sent. */
    SYSTEM_CALL,
    /** The kernel refused the request; {@link #errno()} says why. Nothing was changed by it. */
    REJECTED,
    /** A message contradicts its own lengths or the protocol; {@link #offset()} says where. */
    MALFORMED,
    /** A whole message, but not one that answers the request: a foreign sequence or port number. */
    UNEXPECTED_REPLY,
    /** The answer did not come in time. Whether the request was carried out is not known. */
    TIMEOUT,
    /** What was listed changed while it was listed, at every attempt. */
    DUMP_INTERRUPTED,
    /** The kernel dropped messages because the socket's buffer was full. */
    OVERRUN,
    /** The object was closed before or during the call. */
    CLOSED
  }

  private final Reason reason;
  private final String operation;
  private final int errno;
  private final @Nullable String kernelText;
  private final int offset;

  private NetlinkException(
      Reason reason,
      String operation,
      String detail,
      Errno errno,
      @Nullable String kernelText,
      int offset) {
    super(operation + ": " + detail);
    this.reason = reason;
    this.operation = operation;
    this.errno = errno.number();
    this.kernelText = kernelText;
    this.offset = offset;
  }

  /** A failure without an error number. */
  public static NetlinkException of(Reason reason, String operation, String detail) {
    return new NetlinkException(reason, operation, detail, Errno.NONE, null, -1);
  }

  /** A message that breaks the protocol {@code offset} bytes after its start. */
  public static NetlinkException malformed(String operation, String detail, int offset) {
    return new NetlinkException(
        Reason.MALFORMED, operation, detail + " at byte " + offset, Errno.NONE, null, offset);
  }

  /** A system call that failed; {@code operation} starts with its name. */
  public static NetlinkException systemCall(String operation, Errno errno) {
    return new NetlinkException(
        Reason.SYSTEM_CALL, operation, errno.toString(), errno, null, /* offset= */ -1);
  }

  /** The kernel dropped messages ({@code ENOBUFS}). */
  static NetlinkException overrun(String operation) {
    return new NetlinkException(
        Reason.OVERRUN, operation, "the kernel dropped messages", Errno.ENOBUFS, null, -1);
  }

  /** An error reply with what the extended acknowledgement said; offset -1 if it said none. */
  static NetlinkException rejected(
      String operation, Errno errno, @Nullable String kernelText, int offset) {
    StringBuilder detail = new StringBuilder(errno.toString());
    if (kernelText != null) {
      detail.append(": ").append(kernelText);
    }
    if (offset >= 0) {
      detail.append(" (attribute at byte ").append(offset).append(" of the request)");
    }
    return new NetlinkException(
        Reason.REJECTED, operation, detail.toString(), errno, kernelText, offset);
  }

  public Reason reason() {
    return reason;
  }

  /** The request's name in the kernel's headers, such as {@code RTM_NEWROUTE}. */
  public String operation() {
    return operation;
  }

  /** The kernel's error number; {@link Errno#NONE} if the failure has none. */
  public Errno errno() {
    return new Errno(errno);
  }

  /** Whether the kernel refused the request with this error. */
  public boolean isRejectedWith(Errno expected) {
    return reason == Reason.REJECTED && errno == expected.number();
  }

  /** The kernel's own explanation (NLMSGERR_ATTR_MSG), if it sent one. */
  public Optional<String> kernelText() {
    return Optional.ofNullable(kernelText);
  }

  /**
   * Bytes from the start of a netlink message: for {@link Reason#REJECTED} where in the request the
   * offending attribute is (NLMSGERR_ATTR_OFFS), for {@link Reason#MALFORMED} where in the received
   * message the fault is.
   */
  public OptionalInt offset() {
    return offset < 0 ? OptionalInt.empty() : OptionalInt.of(offset);
  }
}
