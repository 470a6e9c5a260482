package dev.azwg.ipam.watcher;

import dev.azwg.ipam.ledger.AttachmentKey;

/** What can be asked of the watcher on its socket. */
public sealed interface WatcherRequest {
  /**
   * The attachment's file was written or removed; answer when the node's record says so too.
   *
   * @param timeoutMillis how long the watcher may take to publish, 0 to {@link
   *     #MAX_TIMEOUT_MILLIS}; with 0 it answers at once
   */
  record Changed(AttachmentKey key, int timeoutMillis) implements WatcherRequest {
    /** The longest a caller can ask the watcher to hold the answer back. */
    public static final int MAX_TIMEOUT_MILLIS = 60_000;

    /**
     * Checks the timeout.
     *
     * @throws IllegalArgumentException if it is out of bounds
     */
    public Changed {
      if (timeoutMillis < 0 || timeoutMillis > MAX_TIMEOUT_MILLIS) {
        throw new IllegalArgumentException("timeout of " + timeoutMillis + " ms");
      }
    }
  }

  /** Whether the watcher is well: an answer that does not grow with the mesh. */
  record Health() implements WatcherRequest {}

  /** The watcher's status document, which does. */
  record Status() implements WatcherRequest {}
}
