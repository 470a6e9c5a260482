package dev.azwg.wg.datastore.kubernetes;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Tells whether a watch has ended without anybody noticing: the server knows a revision that the
 * watch has not come to in the time in which it must have, by an event or, about once a minute, a
 * bookmark.
 *
 * <p>Pure: revisions and the time are given.
 */
final class WatchProgress {
  private final Duration patience;
  private @Nullable String ahead;
  private long since;

  WatchProgress(Duration patience) {
    this.patience = patience;
  }

  /**
   * Takes note of how far both are.
   *
   * @param server the newest revision of the records that the server knows
   * @param watch the newest that the watch has brought
   * @param nanos the monotonic clock
   * @return whether the watch must be begun anew
   */
  boolean isStale(String server, String watch, long nanos) {
    String target = ahead;
    if (target == null || ResourceVersions.compare(watch, target) >= 0) {
      boolean behind = ResourceVersions.compare(watch, server) < 0;
      ahead = behind ? server : null;
      since = nanos;
      return false;
    }
    return nanos - since >= patience.toNanos();
  }

  /** Another watch has begun. */
  void reset() {
    ahead = null;
  }
}
