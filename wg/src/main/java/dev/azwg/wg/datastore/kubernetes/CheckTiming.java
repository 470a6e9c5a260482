package dev.azwg.wg.datastore.kubernetes;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/**
 * When records are checked.
 *
 * @param pace between two requests
 * @param interval between two checks of one node: a node that changes its record all the time must
 *     not take the time of the others
 * @param repeat after a check that has refused something; twice as long each time
 * @param longestRepeat the longest of these pauses, while few nodes are concerned
 * @param retry after a request that failed; twice as long each time
 * @param longestRetry the longest of these pauses
 * @param proof how long a claim that was proven proves others that lie in it
 */
record CheckTiming(
    Duration pace,
    Duration interval,
    Duration repeat,
    Duration longestRepeat,
    Duration retry,
    Duration longestRetry,
    Duration proof) {
  static final CheckTiming STANDARD =
      new CheckTiming(
          Duration.ofMillis(20),
          Duration.ofSeconds(1),
          Duration.ofSeconds(10),
          Duration.ofMinutes(5),
          Duration.ofSeconds(1),
          Duration.ofSeconds(30),
          Duration.ofMinutes(10));

  private static final int MAXIMUM_DOUBLINGS = 16;

  /**
   * For each node that is checked again and again. Something that is wrong with all nodes, such as
   * an address that no Node object has, must not become a load on the server that grows with their
   * square.
   */
  private static final Duration SHARE = Duration.ofSeconds(5);

  /**
   * The pause before a check is repeated, in nanoseconds.
   *
   * @param earlier how often it was repeated before
   * @param nodes how many nodes are checked again and again
   */
  long repeatNanos(int earlier, int nodes) {
    Duration share = SHARE.multipliedBy(nodes);
    return pause(repeat, share.compareTo(longestRepeat) > 0 ? share : longestRepeat, earlier);
  }

  /** The pause after so many failures before this one, in nanoseconds. */
  long retryNanos(int earlier) {
    return pause(retry, longestRetry, earlier);
  }

  /** Up to a quarter longer, because all nodes have begun to wait at the same moment. */
  private static long pause(Duration first, Duration longest, int earlier) {
    long nanos =
        Math.min(first.toNanos() << Math.min(earlier, MAXIMUM_DOUBLINGS), longest.toNanos());
    return nanos + ThreadLocalRandom.current().nextLong(nanos / 4 + 1);
  }
}
