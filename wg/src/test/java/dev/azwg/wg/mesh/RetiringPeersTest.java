package dev.azwg.wg.mesh;

import static dev.azwg.wg.mesh.MeshFixtures.address;
import static dev.azwg.wg.mesh.MeshFixtures.key;
import static dev.azwg.wg.mesh.MeshFixtures.prefixes;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import dev.azwg.wg.device.Endpoint;
import dev.azwg.wg.key.PublicKey;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class RetiringPeersTest {
  private static final long STAY = RetiringPeers.STAY.toNanos();
  private static final long START = Long.MAX_VALUE - STAY / 2;

  private final RetiringPeers retiring = new RetiringPeers();

  private static DesiredPeer peer(int key, String... allowedIps) {
    return new DesiredPeer(
        "n" + key,
        key(key),
        new Endpoint(address("10.240.0.9"), 51820),
        new TreeSet<>(prefixes(allowedIps)),
        25);
  }

  private static DesiredState state(DesiredPeer... peers) {
    Map<PublicKey, DesiredPeer> byKey = new HashMap<>();
    for (DesiredPeer peer : peers) {
      byKey.put(peer.publicKey(), peer);
    }
    return new DesiredState(
        byKey,
        new TreeMap<>(),
        new TreeMap<>(),
        new TreeSet<>(),
        new TreeSet<>(),
        List.of(),
        1340,
        new TreeSet<>());
  }

  private Map<PublicKey, DesiredPeer> peers(DesiredState planned, long nanos) {
    return retiring.with(planned, nanos).peers();
  }

  @Test
  void whatIsPlannedIsWhatThereIsWhileNobodyGoes() {
    DesiredState both = state(peer(2, "10.1.0.1"), peer(3, "10.1.0.2"));
    assertSame(both, retiring.with(both, START));
    assertSame(both, retiring.with(both, START + STAY));
    assertEquals(Optional.empty(), retiring.nextIn(START + STAY));
  }

  @Test
  void aPeerThatGoesStaysForAMomentAndNoLonger() {
    retiring.with(state(peer(2, "10.1.0.1"), peer(3, "10.1.0.2")), START);
    DesiredState left = state(peer(3, "10.1.0.2"));
    assertEquals(peer(2, "10.1.0.1"), peers(left, START + 5).get(key(2)));
    assertEquals(2, peers(left, START + STAY).size());
    assertEquals(Optional.of(Duration.ofNanos(5)), retiring.nextIn(START + STAY));
    assertEquals(left.peers(), peers(left, START + STAY + 5));
    assertEquals(Optional.empty(), retiring.nextIn(START + STAY + 5));
  }

  @Test
  void itKeepsNothingThatAnotherHasTakenOver() {
    retiring.with(state(peer(2, "10.1.0.1", "10.1.0.2")), START);
    assertEquals(peer(2, "10.1.0.2"), peers(state(peer(3, "10.1.0.1")), START + 1).get(key(2)));
    // Not even when the other goes in its turn.
    Map<PublicKey, DesiredPeer> both = peers(state(), START + 2);
    assertEquals(peer(2, "10.1.0.2"), both.get(key(2)));
    assertEquals(peer(3, "10.1.0.1"), both.get(key(3)));
  }

  @Test
  void whoComesBackIsTakenOffFirst() {
    retiring.with(state(peer(2, "10.1.0.1"), peer(3)), START);
    retiring.with(state(peer(3)), START + 1);
    DesiredState back = state(peer(2, "10.1.0.7"), peer(3));
    assertEquals(state(peer(3)).peers(), peers(back, START + 2));
    assertEquals(Optional.of(Duration.ZERO), retiring.nextIn(START + 2));
    assertSame(back, retiring.with(back, START + 3));
    assertEquals(Optional.empty(), retiring.nextIn(START + 3));
  }
}
