package dev.azwg.wg.mesh;

import java.time.Duration;
import java.util.Objects;

/**
 * When a pair of nodes counts as working and when not.
 *
 * @param fallback whether a pair that has gone silent is reached without the tunnel until it works
 *     again; otherwise it stays in the tunnel, and what is sent is lost
 * @param keepalive between the keepalives to every peer, whole seconds: they provoke the first
 *     handshake, repeat it until it succeeds, and make silence mean something
 * @param turn how long the one of two nodes whose key sorts later leaves the first handshake to the
 *     other: two initiations that cross void each other, and both sides then wait for five seconds
 *     (REKEY_TIMEOUT of the WireGuard paper, section 6.1)
 * @param silence without anything authentic received, for longer than which a pair counts as silent
 * @param staleness without a new handshake, for longer than which a pair counts as silent although
 *     something is received: initiations alone say nothing about the way there
 * @param hold how long a pair must have worked again before it goes back into the tunnel, the first
 *     time; each time after that takes twice as long, up to {@link #LONGEST_HOLD_FACTOR} times
 */
public record PathPolicy(
    boolean fallback,
    Duration keepalive,
    Duration turn,
    Duration silence,
    Duration staleness,
    Duration hold) {
  /** How often {@link #hold} may be doubled, as a factor. */
  public static final int LONGEST_HOLD_FACTOR = 16;

  public PathPolicy {
    Objects.requireNonNull(turn);
    Objects.requireNonNull(staleness);
    Objects.requireNonNull(hold);
    if (keepalive.toSeconds() < 1 || keepalive.toSeconds() > 0xffff) {
      throw new IllegalArgumentException("keepalive of " + keepalive);
    }
    if (silence.compareTo(keepalive) <= 0) {
      throw new IllegalArgumentException("silence " + silence + " within the keepalive");
    }
  }

  /**
   * The usual times: keepalives as wg(8) advises; silent after three of them and a margin, or once
   * the session has expired (180 s) and its renewal has failed for a while.
   */
  public static PathPolicy standard(boolean fallback) {
    return new PathPolicy(
        fallback,
        Duration.ofSeconds(25),
        Duration.ofMillis(300),
        Duration.ofSeconds(90),
        Duration.ofSeconds(240),
        Duration.ofSeconds(30));
  }
}
