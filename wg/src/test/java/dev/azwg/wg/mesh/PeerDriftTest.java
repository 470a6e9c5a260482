package dev.azwg.wg.mesh;

import static dev.azwg.wg.mesh.MeshFixtures.NOW;
import static dev.azwg.wg.mesh.MeshFixtures.address;
import static dev.azwg.wg.mesh.MeshFixtures.key;
import static dev.azwg.wg.mesh.MeshFixtures.prefixes;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.azwg.wg.device.Endpoint;
import dev.azwg.wg.device.Peer;
import dev.azwg.wg.key.PublicKey;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class PeerDriftTest {
  private static final Endpoint AT = new Endpoint(address("10.240.0.5"), 51820);
  private static final Endpoint ELSEWHERE = new Endpoint(address("10.240.0.77"), 4);
  private static final Map<PublicKey, DesiredPeer> NONE = Map.of();

  private static DesiredPeer desired(int key, Endpoint endpoint, int keepalive, String... ips) {
    return new DesiredPeer("n" + key, key(key), endpoint, new TreeSet<>(prefixes(ips)), keepalive);
  }

  private static Peer found(int key, Endpoint endpoint, int keepalive, String... ips) {
    return Peer.unseen(key(key), Optional.of(endpoint), prefixes(ips), keepalive);
  }

  private static Peer heard(int key, Endpoint endpoint, Instant at) {
    return new Peer(key(key), Optional.of(endpoint), List.of(), Optional.of(at), 1, 1, 25, false);
  }

  private static Map<PublicKey, DesiredPeer> peers(DesiredPeer... peers) {
    Map<PublicKey, DesiredPeer> all = new HashMap<>();
    for (DesiredPeer peer : peers) {
      all.put(peer.publicKey(), peer);
    }
    return all;
  }

  private static List<Drift.Kind> kinds(
      Map<PublicKey, DesiredPeer> left, Peer found, Map<PublicKey, DesiredPeer> desired) {
    return PeerDrift.between(left, List.of(found), desired, key -> true).stream()
        .map(Drift::kind)
        .toList();
  }

  @Test
  void eachThingThatOthersChangedIsTold() {
    Map<PublicKey, DesiredPeer> left = peers(desired(2, AT, 25, "10.1.0.1", "10.1.0.2"));
    assertEquals(List.of(), kinds(left, found(2, AT, 25, "10.1.0.2", "10.1.0.1"), left));
    assertEquals(List.of(Drift.Kind.ALLOWED_IPS), kinds(left, found(2, AT, 25, "10.1.0.1"), left));
    assertEquals(
        List.of(Drift.Kind.ALLOWED_IPS),
        kinds(left, found(2, AT, 25, "10.1.0.1", "10.1.0.2", "10.9.0.0/16"), left));
    assertEquals(
        List.of(Drift.Kind.KEEPALIVE), kinds(left, found(2, AT, 0, "10.1.0.1", "10.1.0.2"), left));
    assertEquals(
        List.of(Drift.Kind.ENDPOINT),
        kinds(left, found(2, ELSEWHERE, 25, "10.1.0.1", "10.1.0.2"), left));
  }

  @Test
  void aRemovedPeerAndOneThatWasPutBackAreTold() {
    Map<PublicKey, DesiredPeer> left = peers(desired(2, AT, 25));
    List<Drift> drifts =
        PeerDrift.between(
            left, List.of(found(3, AT, 0), found(4, AT, 0)), left, key -> key.equals(key(3)));
    assertEquals(
        List.of(
            new Drift(Drift.Kind.PEER, key(3) + " was added, and is not followed"),
            new Drift(Drift.Kind.PEER, "peer n2 was removed")),
        drifts);
  }

  @Test
  void whatThisNodeIsAboutToChangeIsNotDrift() {
    Map<PublicKey, DesiredPeer> left = peers(desired(2, AT, 0, "10.1.0.1"), desired(3, AT, 25));
    // Meanwhile n2 has got an address, moved and been given a keepalive, and n3 has gone.
    Map<PublicKey, DesiredPeer> desired = peers(desired(2, ELSEWHERE, 25, "10.1.0.2"));
    assertEquals(
        List.of(),
        PeerDrift.between(
            left, List.of(found(2, AT, 0, "10.1.0.1"), found(3, AT, 25)), desired, key -> true));
    assertEquals(List.of(), kinds(left, found(2, AT, 0, "10.1.0.1", "10.1.0.2"), desired));
  }

  @Test
  void aPeerThatIsHeardWhereItIsIsFollowed() {
    Map<PublicKey, DesiredPeer> peers = peers(desired(2, AT, 25));
    Peer roamed = heard(2, ELSEWHERE, NOW.minusSeconds(179));
    assertEquals(
        Optional.of(AT),
        PeerDrift.followRoaming(List.of(roamed), peers, peers, NOW).getFirst().endpoint());
    assertEquals(
        Optional.of(AT),
        PeerDrift.followRoaming(List.of(roamed), NONE, peers, NOW).getFirst().endpoint());
    Peer silent = heard(2, ELSEWHERE, NOW.minusSeconds(180));
    assertEquals(List.of(silent), PeerDrift.followRoaming(List.of(silent), peers, peers, NOW));
    Peer never = found(2, ELSEWHERE, 25);
    assertEquals(List.of(never), PeerDrift.followRoaming(List.of(never), peers, peers, NOW));
  }

  @Test
  void aRecordThatNamesANewEndpointIsFollowedBeforeThePeer() {
    Peer roamed = heard(2, ELSEWHERE, NOW);
    Endpoint next = new Endpoint(address("10.240.0.6"), 51820);
    assertEquals(
        List.of(roamed),
        PeerDrift.followRoaming(
            List.of(roamed), peers(desired(2, AT, 25)), peers(desired(2, next, 25)), NOW));
    // One that is not desired is none of ours to change.
    assertEquals(List.of(roamed), PeerDrift.followRoaming(List.of(roamed), NONE, NONE, NOW));
  }
}
