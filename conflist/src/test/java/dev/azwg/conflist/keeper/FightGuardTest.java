package dev.azwg.conflist.keeper;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class FightGuardTest {
  private static final Instant START = Instant.parse("2026-03-01T12:00:00Z");

  private final FightGuard guard = new FightGuard();

  private Instant fightAt(Instant now) {
    Instant at = now;
    while (guard.mayWrite(at)) {
      guard.wrote(at);
      at = at.plusMillis(10);
    }
    return at;
  }

  @Test
  void aNodeThatBootsMayRewriteAFewTimes() {
    for (int i = 1; i < FightGuard.WRITES_IN_WINDOW; i++) {
      assertTrue(guard.mayWrite(START));
      guard.wrote(START);
    }
    assertTrue(guard.mayWrite(START));
    assertEquals(0, guard.fights());
  }

  @Test
  void oneRewriteInAWindowGoesOnForEver() {
    for (int i = 0; i < 1000; i++) {
      Instant now = START.plus(FightGuard.WINDOW.multipliedBy(i)).plusMillis(i);
      assertTrue(guard.mayWrite(now));
      guard.wrote(now);
    }
    assertEquals(0, guard.fights());
  }

  @Test
  void aFightIsPausedLongerEachTimeAndQuietForgivesIt() {
    Instant now = fightAt(START);
    assertEquals(1, guard.fights());
    Duration first = Duration.between(now, guard.pausedUntil());
    now = fightAt(guard.pausedUntil());
    assertEquals(2, guard.fights());
    Duration second = Duration.between(now, guard.pausedUntil());
    assertTrue(second.compareTo(first.plusSeconds(30)) > 0, second + " after " + first);
    for (int i = 0; i < 10; i++) {
      now = fightAt(guard.pausedUntil());
    }
    assertTrue(Duration.between(now, guard.pausedUntil()).compareTo(FightGuard.LONGEST_PAUSE) <= 0);

    Instant quiet = guard.pausedUntil().plus(FightGuard.WINDOW.multipliedBy(2));
    now = fightAt(quiet);
    assertTrue(Duration.between(now, guard.pausedUntil()).compareTo(first.plusSeconds(1)) < 0);
  }

  @Test
  void aClockThatIsSetBackDoesNotLockUsOut() {
    fightAt(START);
    Instant yesterday = START.minus(Duration.ofDays(1));
    assertTrue(guard.mayWrite(yesterday));
    guard.wrote(yesterday);
    assertTrue(guard.mayWrite(yesterday));
    assertFalse(guard.mayWrite(START.plusSeconds(1)));
  }
}
