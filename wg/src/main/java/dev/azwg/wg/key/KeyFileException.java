package dev.azwg.wg.key;

import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Why a key file cannot be used. The message names the file and what to do, never its content. */
public final class KeyFileException extends IOException {
  private static final long serialVersionUID = 1L;

  /** What is wrong with the file. */
  public enum Reason {
    /** A symbolic link, directory, device or anything else that is not a regular file. */
    NOT_A_REGULAR_FILE,
    /** Its mode lets the group or others read, write or execute. */
    ACCESSIBLE_BY_OTHERS,
    /** It belongs to another user than the directory it is in. */
    FOREIGN_OWNER,
    /** Not the size of a key. */
    SIZE,
    /** Not a key. */
    FORMAT,
    /** The file system failed. */
    IO
  }

  private final Reason reason;
  private final transient Path file;

  KeyFileException(Path file, Reason reason, String detail, @Nullable Throwable cause) {
    super("key file " + file + ": " + detail, cause);
    this.reason = reason;
    this.file = file;
  }

  /** What is wrong with the file. */
  public Reason reason() {
    return reason;
  }

  /** The file. */
  public Path file() {
    return file;
  }
}
