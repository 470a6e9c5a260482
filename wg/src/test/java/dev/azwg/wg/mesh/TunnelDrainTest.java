package dev.azwg.wg.mesh;

import static dev.azwg.wg.mesh.MeshFixtures.EPOCH;
import static dev.azwg.wg.mesh.MeshFixtures.key;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.azwg.wg.device.Peer;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TunnelDrainTest {
  private static final Duration BOUND = Duration.ofMinutes(10);
  private static final long START = -5_000_000_000L;

  private static Peer peer(int key, Optional<Instant> handshake, long rxBytes) {
    return new Peer(key(key), Optional.empty(), List.of(), handshake, rxBytes, 0, 25, false);
  }

  private static Peer shaken(int key, long rxBytes) {
    return peer(key, Optional.of(EPOCH), rxBytes);
  }

  private static long at(int seconds) {
    return START + Duration.ofSeconds(seconds).toNanos();
  }

  @Test
  void withoutAnySessionNothingIsWaitedFor() {
    assertTrue(new TunnelDrain(List.of(), START, BOUND).isOver());
    assertTrue(new TunnelDrain(List.of(peer(2, Optional.empty(), 0)), START, BOUND).isOver());
  }

  @Test
  void aPeerIsDoneOnceItsKeepaliveIsMissing() {
    TunnelDrain drain = new TunnelDrain(List.of(shaken(2, 100), shaken(3, 100)), START, BOUND);
    assertFalse(drain.isOver());
    assertEquals(2, drain.using());
    assertFalse(drain.look(List.of(shaken(2, 100), shaken(3, 132)), at(25)));
    assertFalse(drain.look(List.of(shaken(2, 100), shaken(3, 132)), at(29)));
    assertEquals(1, drain.using());
    assertFalse(drain.look(List.of(shaken(2, 100), shaken(3, 132)), at(53)));
    assertTrue(drain.look(List.of(shaken(2, 100), shaken(3, 132)), at(54)));
    assertTrue(drain.look(List.of(shaken(2, 100), shaken(3, 164)), at(55)), "over is over");
  }

  @Test
  void aPeerThatWasTakenOffTheDeviceIsNotWaitedFor() {
    TunnelDrain drain = new TunnelDrain(List.of(shaken(2, 100)), START, BOUND);
    assertTrue(drain.look(List.of(), at(1)));
  }

  @Test
  void itIsNotWaitedForEver() {
    TunnelDrain drain = new TunnelDrain(List.of(shaken(2, 0)), START, Duration.ofSeconds(30));
    for (int second = 1; second < 30; second++) {
      assertFalse(drain.look(List.of(shaken(2, second)), at(second)));
    }
    assertTrue(drain.look(List.of(shaken(2, 30)), at(30)));
    assertEquals(1, drain.using());
  }

  @Test
  void itIsLookedEverySecondAndAtTheEnd() {
    TunnelDrain drain = new TunnelDrain(List.of(shaken(2, 0)), START, Duration.ofMillis(1500));
    assertEquals(Duration.ofSeconds(1), drain.nextIn(START));
    drain.look(List.of(shaken(2, 1)), at(1));
    assertEquals(Duration.ofMillis(500), drain.nextIn(at(1)));
    assertEquals(Duration.ZERO, drain.nextIn(at(2)));
  }
}
