package dev.azwg.wg.watcher;

import static dev.azwg.wg.mesh.MeshFixtures.EPOCH;
import static dev.azwg.wg.mesh.MeshFixtures.NOW;
import static dev.azwg.wg.mesh.MeshFixtures.VERIFIED;
import static dev.azwg.wg.mesh.MeshFixtures.address;
import static dev.azwg.wg.mesh.MeshFixtures.config;
import static dev.azwg.wg.mesh.MeshFixtures.key;
import static dev.azwg.wg.mesh.MeshFixtures.prefix;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.azwg.ipam.address.IpPrefix;
import dev.azwg.ipam.address.PrefixSet;
import dev.azwg.wg.device.Endpoint;
import dev.azwg.wg.mesh.Claim;
import dev.azwg.wg.mesh.DesiredPeer;
import dev.azwg.wg.mesh.DesiredState;
import dev.azwg.wg.mesh.LocalNode;
import dev.azwg.wg.mesh.MeshPlanner;
import dev.azwg.wg.mesh.PeerRecord;
import dev.azwg.wg.mesh.RouteTarget;
import java.net.InetAddress;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Pools and pods of three nodes come, go and overlap in any way: what the nodes tell each other
 * leads every address to the same node as if they told each other everything.
 */
class PoolPublicationTest {
  private static final String[] NAMES = {"a", "b", "c"};

  private static final class Node {
    final int number;
    final PoolClaims claims = new PoolClaims(List.of());
    final Map<IpPrefix, Instant> pool = new TreeMap<>();
    final Map<IpPrefix, Instant> pods = new TreeMap<>();
    NodeClaims now = new NodeClaims(List.of(), List.of(), PrefixSet.EMPTY);
    @Nullable PeerRecord published;

    Node(int number) {
      this.number = number;
    }

    InetAddress nodeAddress() {
      return address("10.240.0." + (4 + number));
    }

    PeerRecord record(List<Claim> claims) {
      return new PeerRecord(
          NAMES[number],
          Optional.of(key(number + 1)),
          EPOCH,
          List.of(new Endpoint(nodeAddress(), 51820)),
          List.of(nodeAddress()),
          true,
          claims);
    }
  }

  private final List<Node> nodes = List.of(new Node(0), new Node(1), new Node(2));
  private long generation;

  /** Everybody reads and publishes until there is nothing new. */
  private void settle(Instant now) {
    boolean changed = true;
    for (int round = 0; changed; round++) {
      assertTrue(round < 10, "the nodes do not come to rest");
      changed = false;
      for (Node node : nodes) {
        List<PeerRecord> others = new ArrayList<>();
        for (Node other : nodes) {
          if (other != node && other.published != null) {
            others.add(other.published);
          }
        }
        List<Claim> pods = new ArrayList<>();
        node.pods.forEach((prefix, since) -> pods.add(new Claim(prefix, since)));
        node.now =
            node.claims.of(
                PrefixSet.of(node.pool.keySet()),
                List.of(node.nodeAddress()),
                pods,
                node.published,
                others,
                ++generation,
                now);
        PeerRecord record = node.record(node.now.published());
        changed |= !record.equals(node.published);
        node.published = record;
      }
    }
  }

  /**
   * Where a node sends an address: the name of the node, or nothing if it is not into the tunnel.
   */
  private String lead(Node from, IpPrefix address, boolean everything) {
    List<PeerRecord> records = new ArrayList<>();
    for (Node node : nodes) {
      records.add(node.record(everything ? node.now.local() : node.now.published()));
    }
    LocalNode self =
        new LocalNode(
            NAMES[from.number],
            key(from.number + 1),
            List.of(from.nodeAddress()),
            from.now.local(),
            1500);
    DesiredState state =
        new MeshPlanner(config()).plan(self, records, Map.of(), VERIFIED, NOW.plusSeconds(9999));
    IpPrefix route = longest(state.routes().keySet(), address);
    if (route == null || state.routes().get(route) != RouteTarget.DEVICE) {
      return "";
    }
    Map<IpPrefix, String> allowed = new HashMap<>();
    for (DesiredPeer peer : state.peers().values()) {
      peer.allowedIps().forEach(each -> allowed.put(each, peer.node()));
    }
    IpPrefix found = Objects.requireNonNull(longest(allowed.keySet(), address));
    return Objects.requireNonNull(allowed.get(found));
  }

  private static @Nullable IpPrefix longest(Iterable<IpPrefix> prefixes, IpPrefix address) {
    IpPrefix best = null;
    for (IpPrefix prefix : prefixes) {
      if (prefix.contains(address) && (best == null || prefix.length() > best.length())) {
        best = prefix;
      }
    }
    return best;
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16})
  void whatIsLeftOutChangesNothing(long seed) {
    Random random = new Random(seed);
    int leftOut = 0;
    for (int step = 1; step <= 60; step++) {
      Instant now = EPOCH.plusSeconds(step);
      Node node = nodes.get(random.nextInt(nodes.size()));
      IpPrefix host = prefix("10.244.2." + random.nextInt(32));
      int length = 28 + random.nextInt(5);
      IpPrefix range = new IpPrefix(masked(host, length), length);
      switch (random.nextInt(6)) {
        case 0, 1 -> node.pool.putIfAbsent(range, now);
        case 2 -> node.pool.remove(any(node.pool, random));
        case 3, 4 -> node.pods.put(host, now);
        default -> node.pods.remove(any(node.pods, random));
      }
      settle(now);
      for (Node each : nodes) {
        leftOut += each.now.local().size() - each.now.published().size();
      }
      if (step % 10 == 0) {
        for (int i = 0; i < 32; i++) {
          IpPrefix address = prefix("10.244.2." + i);
          for (Node from : nodes) {
            assertEquals(
                lead(from, address, true),
                lead(from, address, false),
                () -> NAMES[from.number] + " to " + address);
          }
        }
      }
    }
    assertTrue(leftOut > 0, "nothing was left out");
  }

  private static IpPrefix any(Map<IpPrefix, Instant> of, Random random) {
    List<IpPrefix> all = new ArrayList<>(of.keySet());
    return all.isEmpty() ? prefix("192.0.2.1") : all.get(random.nextInt(all.size()));
  }

  private static InetAddress masked(IpPrefix host, int length) {
    int last = host.address().getAddress()[3] & 0xff;
    return address("10.244.2." + (last & -(1 << (32 - length))));
  }
}
