package dev.azwg.conflist.json;

/** A document was refused. The message says what is wrong and where. */
public final class JsonException extends Exception {
  private static final long serialVersionUID = 1L;

  /** Why a document was refused. */
  public enum Reason {
    /** No bytes, or white space only. */
    EMPTY,
    /** More bytes than the caller's bound, or more values than {@link StrictJson#MAX_VALUES}. */
    TOO_LARGE,
    /** More arrays and objects inside each other than {@link StrictJson#MAX_DEPTH}. */
    TOO_DEEP,
    /** Starts with a byte order mark, which RFC 8259 section 8.1 forbids. */
    BYTE_ORDER_MARK,
    /** Bytes that are not UTF-8 ({@link Dialect#EXACT} only). */
    NOT_UTF8,
    /** Two members of one object have the same name ({@link Dialect#EXACT} only). */
    DUPLICATE_MEMBER,
    /** The document ends before it is complete: perhaps its writer is still at work. */
    TRUNCATED,
    /** Not JSON. */
    SYNTAX
  }

  private final Reason reason;
  private final String location;

  JsonException(Reason reason, String location, String detail) {
    super(location.isEmpty() ? detail : detail + " at " + location);
    this.reason = reason;
    this.location = location;
  }

  /** Why the document was refused. */
  public Reason reason() {
    return reason;
  }

  /** A JSON path such as {@code $.plugins[1].type}, or the empty string when there is no place. */
  public String location() {
    return location;
  }
}
