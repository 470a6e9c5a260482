package dev.azwg.wg.mesh;

import static dev.azwg.wg.mesh.MeshFixtures.address;
import static dev.azwg.wg.mesh.MeshFixtures.key;
import static dev.azwg.wg.mesh.MeshFixtures.prefix;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.azwg.ipam.address.IpPrefix;
import dev.azwg.wg.device.Endpoint;
import dev.azwg.wg.device.Peer;
import dev.azwg.wg.device.PeerConfig;
import dev.azwg.wg.key.PublicKey;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class DeviceDeltaTest {
  private static final Endpoint ENDPOINT = new Endpoint(address("10.240.0.5"), 51820);

  /**
   * What WireGuard does with a list of changes: an allowed IP has one owner, the last to get it.
   */
  private static final class Model {
    private final Map<IpPrefix, PublicKey> owners = new HashMap<>();
    private final Map<PublicKey, Optional<Endpoint>> peers = new HashMap<>();
    private final Map<PublicKey, Integer> keepalives = new HashMap<>();

    void apply(PeerConfig change, Set<IpPrefix> neverWithoutOwner) {
      if (change.remove()) {
        peers.remove(change.publicKey());
        keepalives.remove(change.publicKey());
        owners.values().removeIf(change.publicKey()::equals);
      } else {
        if (!change.updateOnly() || peers.containsKey(change.publicKey())) {
          peers.merge(
              change.publicKey(),
              change.endpoint(),
              (before, now) -> now.isPresent() ? now : before);
          change
              .persistentKeepalive()
              .ifPresent(seconds -> keepalives.put(change.publicKey(), seconds));
          change.allowedIps().forEach(prefix -> owners.put(prefix, change.publicKey()));
          change.removedAllowedIps().forEach(prefix -> owners.remove(prefix, change.publicKey()));
        }
        assertTrue(!change.replaceAllowedIps(), "the list of a live peer is replaced");
      }
      assertTrue(owners.keySet().containsAll(neverWithoutOwner), () -> "a hole after " + change);
    }

    List<Peer> observe() {
      List<Peer> observed = new ArrayList<>();
      peers.forEach((key, endpoint) ->
          observed.add(
              Peer.unseen(
                  key,
                  endpoint,
                  owners.entrySet().stream()
                      .filter(entry -> entry.getValue().equals(key))
                      .map(Map.Entry::getKey)
                      .toList(),
                  keepalives.getOrDefault(key, 0))));
      return observed;
    }
  }

  private static List<DesiredPeer> random(Random random) {
    Map<PublicKey, SortedSet<IpPrefix>> owned = new HashMap<>();
    for (int i = 0; i < 5; i++) {
      if (random.nextInt(4) > 0) {
        owned.put(key(10 + i), new TreeSet<>());
      }
    }
    List<PublicKey> keys = new ArrayList<>(owned.keySet());
    for (int i = 0; i < 20 && !keys.isEmpty(); i++) {
      if (random.nextBoolean()) {
        Objects.requireNonNull(owned.get(keys.get(random.nextInt(keys.size()))))
            .add(prefix("10.1.0." + i));
      }
    }
    List<DesiredPeer> peers = new ArrayList<>();
    owned.forEach((key, prefixes) ->
        peers.add(
            new DesiredPeer(
                "n",
                key,
                new Endpoint(ENDPOINT.address(), 51820 + random.nextInt(2)),
                prefixes,
                25 * random.nextInt(2))));
    return peers;
  }

  private static Set<IpPrefix> all(List<DesiredPeer> peers) {
    Set<IpPrefix> all = new HashSet<>();
    peers.forEach(peer -> all.addAll(peer.allowedIps()));
    return all;
  }

  @Test
  void anyStateBecomesAnyOtherAndNoAddressThatBothWantIsEverWithoutAnOwner() {
    for (long seed = 0; seed < 500; seed++) {
      Random random = new Random(seed);
      Model model = new Model();
      List<DesiredPeer> before = List.of();
      for (int step = 0; step < 4; step++) {
        List<DesiredPeer> wanted = random(random);
        Set<IpPrefix> kept = all(before);
        kept.retainAll(all(wanted));
        for (PeerConfig change : DeviceDelta.between(model.observe(), wanted)) {
          model.apply(change, kept);
        }
        assertEquals(List.of(), DeviceDelta.between(model.observe(), wanted), "seed " + seed);
        Map<IpPrefix, PublicKey> owners = new HashMap<>();
        wanted.forEach(
            peer -> peer.allowedIps().forEach(prefix -> owners.put(prefix, peer.publicKey())));
        assertEquals(owners, model.owners, "seed " + seed);
        before = wanted;
      }
    }
  }

  @Test
  void oneNewAddressIsOneChangeOfOneAddress() {
    SortedSet<IpPrefix> many = new TreeSet<>();
    for (int i = 0; i < 200; i++) {
      many.add(prefix("10.1.0." + i));
    }
    Peer peer = Peer.unseen(key(2), Optional.of(ENDPOINT), List.copyOf(many), 0);
    many.add(prefix("10.1.1.1"));
    List<PeerConfig> changes =
        DeviceDelta.between(
            List.of(peer), List.of(new DesiredPeer("b", key(2), ENDPOINT, many, 0)));
    assertEquals(
        List.of(PeerConfig.builder(key(2)).allowedIp(prefix("10.1.1.1")).build()), changes);
  }

  @Test
  void aRoamedEndpointIsPutBack() {
    Endpoint roamed = new Endpoint(address("10.240.0.77"), 4);
    Peer peer = Peer.unseen(key(2), Optional.of(roamed), List.of(), 0);
    DesiredPeer wanted = new DesiredPeer("b", key(2), ENDPOINT, new TreeSet<>(), 0);
    assertEquals(
        List.of(PeerConfig.builder(key(2)).endpoint(ENDPOINT).build()),
        DeviceDelta.between(List.of(peer), List.of(wanted)));
  }

  @Test
  void aKeepaliveThatDiffersIsSetAndNothingElse() {
    Peer peer = Peer.unseen(key(2), Optional.of(ENDPOINT), List.of(prefix("10.1.0.1")), 0);
    DesiredPeer wanted =
        new DesiredPeer("b", key(2), ENDPOINT, new TreeSet<>(Set.of(prefix("10.1.0.1"))), 25);
    assertEquals(
        List.of(PeerConfig.builder(key(2)).persistentKeepalive(25).build()),
        DeviceDelta.between(List.of(peer), List.of(wanted)));
  }

  @Test
  void aPeerOfOthersIsNeitherRemovedNorChangedAndGivesUpOnlyWhatIsOurs() {
    Peer ours = Peer.unseen(key(2), Optional.of(ENDPOINT), List.of(), 0);
    Peer others =
        Peer.unseen(
            key(3), Optional.empty(), List.of(prefix("10.1.0.1"), prefix("10.9.0.0/16")), 7);
    DesiredPeer wanted =
        new DesiredPeer("b", key(2), ENDPOINT, new TreeSet<>(Set.of(prefix("10.1.0.1"))), 0);
    // WireGuard moves an address to the peer that gets it.
    assertEquals(
        List.of(PeerConfig.builder(key(2)).allowedIp(prefix("10.1.0.1")).build()),
        DeviceDelta.between(List.of(ours, others), List.of(wanted), key -> !key.equals(key(3))));
    assertEquals(
        List.of(PeerConfig.removal(key(2))),
        DeviceDelta.between(List.of(ours, others), List.of(), key -> !key.equals(key(3))));
  }
}
