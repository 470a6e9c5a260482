package dev.azwg.wg.datastore.kubernetes;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Tells whether a watch has ended without anybody noticing: the server knows a revision that the
 * watch has not come to in the time in which it must have, by an event or, about once a minute, a
 * bookmark. With several servers the answer may come from one that is ahead of the watch's for
 * other reasons: each time that a new watch brings nothing new, the next is given twice the time.
 *
 * <p>Pure: revisions and the time are given.
 */
final class WatchProgress {
  private static final Duration LONGEST = Duration.ofMinutes(10);

  private final Duration patience;
  private Duration current;
  private @Nullable String ahead;
  private String last = "";
  private long since;

  WatchProgress(Duration patience) {
    this.patience = patience;
    this.current = patience;
  }

  /**
   * Takes note of how far both are.
   *
   * @param server the newest revision of the records that the server knows
   * @param watch the newest that the watch has brought
   * @param nanos the monotonic clock
   * @return whether the watch must be begun anew; then the next one is waited for from now on
   */
  boolean isStale(String server, String watch, long nanos) {
    if (!watch.equals(last)) {
      last = watch;
      current = patience;
    }
    String target = ahead;
    if (target == null || ResourceVersions.compare(watch, target) >= 0) {
      ahead = ResourceVersions.compare(watch, server) < 0 ? server : null;
      since = nanos;
      return false;
    }
    if (nanos - since < current.toNanos()) {
      return false;
    }
    ahead = null;
    Duration longer = current.multipliedBy(2);
    current = longer.compareTo(LONGEST) < 0 ? longer : LONGEST;
    return true;
  }
}
