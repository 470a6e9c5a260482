package dev.azwg.wg.datastore;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** A datastore could not do what was asked. */
public final class DatastoreException extends IOException {
  private static final long serialVersionUID = 1L;

  /** What kind of failure. */
  public enum Reason {
    /** The datastore cannot be reached or read. */
    UNAVAILABLE,
    /** A record is not what a record must be. */
    MALFORMED_RECORD,
    /** A record is larger than any honest one. */
    TOO_LARGE,
    /** The own record could not be written. */
    NOT_PUBLISHED,
    /** Changes cannot be followed. */
    NOT_WATCHED
  }

  private final Reason reason;
  private final String where;

  public DatastoreException(Reason reason, String where, String detail) {
    this(reason, where, detail, null);
  }

  public DatastoreException(Reason reason, String where, String detail, @Nullable Throwable cause) {
    super(where + ": " + detail, cause);
    this.reason = reason;
    this.where = where;
  }

  public Reason reason() {
    return reason;
  }

  /** The folder, file or member concerned. */
  public String where() {
    return where;
  }
}
