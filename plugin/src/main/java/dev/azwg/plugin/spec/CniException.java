package dev.azwg.plugin.spec;

import org.jspecify.annotations.Nullable;

/** A command that failed in a way the caller is told of by an error document. */
public final class CniException extends Exception {
  private static final long serialVersionUID = 1L;

  private final ErrorCode code;
  private final String msg;
  private final String details;

  /**
   * A failure.
   *
   * @param code the error code
   * @param msg what happened, in one line
   * @param details more for the operator; may be empty
   */
  public CniException(ErrorCode code, String msg, String details) {
    this(code, msg, details, null);
  }

  /** A failure with what caused it. */
  public CniException(ErrorCode code, String msg, String details, @Nullable Throwable cause) {
    super(details.isEmpty() ? msg : msg + ": " + details, cause);
    this.code = code;
    this.msg = msg;
    this.details = details;
  }

  /** The error code. */
  public ErrorCode code() {
    return code;
  }

  /** What happened, in one line. */
  public String msg() {
    return msg;
  }

  /** More for the operator; empty if there is no more. */
  public String details() {
    return details;
  }
}
