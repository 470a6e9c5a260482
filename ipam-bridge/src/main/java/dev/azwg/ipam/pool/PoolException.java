package dev.azwg.ipam.pool;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * A node's pool cannot be had, or what says what it is cannot be followed. The message says what is
 * wrong and where. Nothing may then be concluded about the pool: what was known of it still holds.
 */
public final class PoolException extends IOException {
  private static final long serialVersionUID = 1L;

  /** What is wrong. */
  public enum Reason {
    /** There is nothing to read, or it cannot be read. */
    UNAVAILABLE,
    /** Changes cannot be followed. */
    NOT_WATCHED,
    /** More bytes, network containers or addresses than any node has. */
    TOO_LARGE,
    /** Not a JSON object. */
    NOT_JSON,
    /** Another kind or version of document than this program knows. */
    UNKNOWN_VERSION,
    /** The document of another node. */
    WRONG_NODE,
    /** The document is about to be deleted, and its node with it. */
    BEING_DELETED,
    /** A member is missing, or has the wrong type. */
    INVALID_MEMBER,
    /** A text that is not an address or a prefix. */
    ADDRESS,
    /** A range that is too wide to be one node's. */
    TOO_WIDE,
    /**
     * An address that is not in the subnet that it is said to be of, or a range that is all of it.
     */
    OUTSIDE_SUBNET
  }

  private final Reason reason;

  /**
   * A failure.
   *
   * @param where the document, and the member of it if it is about one
   */
  public PoolException(Reason reason, String where, String detail, @Nullable Throwable cause) {
    super(where + ": " + detail, cause);
    this.reason = reason;
  }

  /** What is wrong. */
  public Reason reason() {
    return reason;
  }
}
