package dev.azwg.conflist.keeper;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Keeps two installers that both insist on the last place from rewriting one file for ever. A few
 * writes in a short time are normal, while a node boots and everybody writes. More than that is a
 * fight: then we pause, longer each time, and somebody has to be told. A quiet window ends it.
 *
 * <p>Not thread-safe; knows only the times it is given.
 */
final class FightGuard {
  /** Azure's components rewrite the list at most every few minutes. */
  static final int WRITES_IN_WINDOW = 5;

  static final Duration WINDOW = Duration.ofMinutes(1);
  static final Duration LONGEST_PAUSE = Duration.ofMinutes(16);

  private final Deque<Instant> writes = new ArrayDeque<>();
  private Duration pause = WINDOW;
  private Instant pausedUntil = Instant.MIN;
  private long fights;

  /** Notes a write of ours, which may begin a pause. */
  void wrote(Instant now) {
    if (!writes.isEmpty() && isOutside(writes.getLast(), now)) {
      pause = WINDOW;
    }
    while (!writes.isEmpty() && isOutside(writes.getFirst(), now)) {
      writes.removeFirst();
    }
    writes.addLast(now);
    if (writes.size() >= WRITES_IN_WINDOW) {
      fights++;
      pausedUntil = now.plus(pause);
      pause = pause.multipliedBy(2);
      pause = pause.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : pause;
      writes.clear();
      writes.addLast(now);
    }
  }

  /** Whether we may write. A clock that was set back ends a pause. */
  boolean mayWrite(Instant now) {
    return !now.isBefore(pausedUntil) || now.plus(LONGEST_PAUSE).isBefore(pausedUntil);
  }

  Instant pausedUntil() {
    return pausedUntil;
  }

  /** How often a fight was broken off. */
  long fights() {
    return fights;
  }

  /** The last pause counts as quiet only when a window has passed after it. */
  private boolean isOutside(Instant write, Instant now) {
    Instant end = write.isBefore(pausedUntil) ? pausedUntil.plus(WINDOW) : write.plus(WINDOW);
    return now.isAfter(end) || now.isBefore(write);
  }
}
