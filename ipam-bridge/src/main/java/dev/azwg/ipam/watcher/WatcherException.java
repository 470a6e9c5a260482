package dev.azwg.ipam.watcher;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** The watcher's local API or its facts file cannot be used. */
public final class WatcherException extends IOException {
  private static final long serialVersionUID = 1L;

  /** What went wrong. */
  public enum Reason {
    /** Nobody listens on the socket, or the connection broke. */
    UNREACHABLE,
    /** No complete answer in time. */
    TIMED_OUT,
    /** A request that is not one of the API's, or is out of its bounds. */
    INVALID_REQUEST,
    /** An answer that is not the API's, or is too long. */
    INVALID_ANSWER,
    /** {@code node.json} is not what {@link NodeFacts} describes. */
    INVALID_FACTS,
    /** {@code node.json} cannot be read or written. */
    FACTS_FILE
  }

  private final Reason reason;

  WatcherException(Reason reason, String detail, @Nullable Throwable cause) {
    super(detail, cause);
    this.reason = reason;
  }

  /** What went wrong. */
  public Reason reason() {
    return reason;
  }
}
