package dev.azwg.ipam.ledger;

import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** The ledger, or one of its files, cannot be read or written. The message names the file. */
public final class LedgerException extends IOException {
  private static final long serialVersionUID = 1L;

  /** What went wrong. */
  public enum Reason {
    /** The directory or the file cannot be read. */
    UNREADABLE,
    /** The file cannot be written; what was there before is still there. */
    UNWRITABLE,
    /** The file cannot be removed. */
    UNREMOVABLE,
    /** Not a regular file. */
    NOT_A_FILE,
    /** Larger than {@link Ledger#MAX_FILE_BYTES}. */
    TOO_LARGE,
    /** Not a JSON object. */
    NOT_JSON,
    /** A version of the format that this program does not know. */
    UNKNOWN_VERSION,
    /** A member is missing, has the wrong type or a value out of bounds. */
    INVALID_MEMBER,
    /** The file's name is not the one that its content asks for. */
    WRONG_NAME
  }

  private final Reason reason;
  private final transient Path file;

  LedgerException(Reason reason, Path file, String detail, @Nullable Throwable cause) {
    super(file + ": " + detail, cause);
    this.reason = reason;
    this.file = file;
  }

  /** What went wrong. */
  public Reason reason() {
    return reason;
  }

  /** The file or directory that it is about. */
  public Path file() {
    return file;
  }
}
