package dev.azwg.wg.mesh;

import static dev.azwg.wg.mesh.MeshFixtures.NOW;
import static dev.azwg.wg.mesh.MeshFixtures.VERIFIED;
import static dev.azwg.wg.mesh.MeshFixtures.claim;
import static dev.azwg.wg.mesh.MeshFixtures.config;
import static dev.azwg.wg.mesh.MeshFixtures.node;
import static dev.azwg.wg.mesh.MeshFixtures.prefix;
import static dev.azwg.wg.mesh.MeshFixtures.self;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.azwg.ipam.address.IpPrefix;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Ranges and single addresses in them, on every node that has to do with them. */
class PoolPlanningTest {
  private static final String RANGE = "10.244.2.0/24";
  private static final String POD = "10.244.2.7";

  private static DesiredState plan(LocalNode self, PeerRecord... records) {
    return new MeshPlanner(config()).plan(self, List.of(records), Map.of(), VERIFIED, NOW);
  }

  /** What the kernel and the device do: the longest prefix that has the address. */
  private static Optional<IpPrefix> longest(Collection<IpPrefix> prefixes, IpPrefix address) {
    return prefixes.stream()
        .filter(each -> each.contains(address))
        .max(Comparator.comparingInt(IpPrefix::length));
  }

  private static RouteTarget route(DesiredState state, IpPrefix address) {
    return longest(state.routes().keySet(), address)
        .map(found -> Objects.requireNonNull(state.routes().get(found)))
        .orElse(RouteTarget.THROW);
  }

  /** The node whose peer may send from an address and is sent to it; empty if there is none. */
  private static String allowed(DesiredState state, IpPrefix address) {
    Map<IpPrefix, String> nodes = new TreeMap<>();
    for (DesiredPeer peer : state.peers().values()) {
      peer.allowedIps().forEach(each -> nodes.put(each, peer.node()));
    }
    return longest(nodes.keySet(), address).map(nodes::get).orElse("");
  }

  @Test
  void anOwnRangeIsThrownAndAnotherNodesLeadsToIt() {
    DesiredState state =
        plan(self(claim("10.244.1.0/24", 1)), node("b", 2, "10.240.0.5", claim(RANGE, 1)));
    assertEquals(RouteTarget.THROW, state.routes().get(prefix("10.244.1.0/24")));
    assertEquals(RouteTarget.DEVICE, route(state, prefix(POD)));
    assertEquals("b", allowed(state, prefix(POD)));
    assertTrue(state.findings().isEmpty(), () -> state.findings().toString());
  }

  @Test
  void aPodInAnotherNodesRangeIsReachedWhereItIs() {
    PeerRecord range = node("b", 2, "10.240.0.5", claim(RANGE, 9));
    PeerRecord pod = node("c", 3, "10.240.0.6", claim(POD, 1));
    DesiredState third = plan(self(), range, pod);
    assertEquals("c", allowed(third, prefix(POD)));
    assertEquals("b", allowed(third, prefix("10.244.2.8")));
    assertEquals(RouteTarget.DEVICE, route(third, prefix(POD)));
    assertTrue(third.findings().isEmpty(), () -> third.findings().toString());
  }

  @Test
  void theNodeThatHasTheRangeLeadsThePodOfAnotherIntoTheTunnel() {
    DesiredState state = plan(self(claim(RANGE, 9)), node("c", 3, "10.240.0.6", claim(POD, 1)));
    assertEquals(RouteTarget.DEVICE, route(state, prefix(POD)));
    assertEquals("c", allowed(state, prefix(POD)));
    assertEquals(RouteTarget.THROW, route(state, prefix("10.244.2.8")));
  }

  @Test
  void theNodeThatHasThePodThrowsItInAnotherNodesRange() {
    DesiredState state = plan(self(claim(POD, 1)), node("b", 2, "10.240.0.5", claim(RANGE, 9)));
    assertEquals(RouteTarget.THROW, route(state, prefix(POD)));
    assertEquals(RouteTarget.DEVICE, route(state, prefix("10.244.2.8")));
  }

  @Test
  void theNewerOfTwoEqualRangesHolds() {
    PeerRecord older = node("b", 2, "10.240.0.5", claim(RANGE, 1));
    PeerRecord newer = node("c", 3, "10.240.0.6", claim(RANGE, 2));
    DesiredState third = plan(self(), older, newer);
    assertEquals("c", allowed(third, prefix(POD)));
    assertEquals(Finding.Kind.SUPERSEDED_CLAIM, third.findings().first().kind());
    assertEquals(RouteTarget.DEVICE, route(plan(self(claim(RANGE, 1)), newer), prefix(POD)));
    assertEquals(RouteTarget.THROW, route(plan(self(claim(RANGE, 3)), newer), prefix(POD)));
  }

  @Test
  void aStrictNodeRefusesARangeWithoutATunnelButNotThePodsOfAnotherInIt() {
    PeerRecord b = node("b", 2, "10.240.0.5", claim(RANGE, 9));
    PeerRecord keyless =
        new PeerRecord(
            b.node(),
            Optional.empty(),
            b.keySince(),
            b.endpoints(),
            b.nodeAddresses(),
            true,
            b.claims());
    DesiredState state =
        new MeshPlanner(new MeshConfig(true, Mode.STRICT, List.of(), 0))
            .plan(
                self(),
                List.of(keyless, node("c", 3, "10.240.0.6", claim(POD, 1))),
                Map.of(),
                VERIFIED,
                NOW);
    assertEquals(RouteTarget.UNREACHABLE, route(state, prefix("10.244.2.8")));
    assertEquals(RouteTarget.DEVICE, route(state, prefix(POD)));
  }

  /** On every node, for every address: where the longest and then newest claim says. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void routesAndAllowedIpsAgreeWithTheClaims(long seed) {
    Random random = new Random(seed);
    for (int round = 0; round < 50; round++) {
      List<List<Claim>> claims = List.of(any(random), any(random), any(random));
      PeerRecord b = node("b", 2, "10.240.0.5", claims.get(1).toArray(Claim[]::new));
      PeerRecord c = node("c", 3, "10.240.0.6", claims.get(2).toArray(Claim[]::new));
      DesiredState state = plan(self(claims.get(0).toArray(Claim[]::new)), b, c);
      for (int i = 0; i < 256; i++) {
        IpPrefix address = prefix("10.244.2." + i);
        String holder = holder(claims, address);
        boolean remote = !holder.isEmpty() && !holder.equals("self");
        assertEquals(remote ? RouteTarget.DEVICE : RouteTarget.THROW, route(state, address));
        if (remote) {
          assertEquals(holder, allowed(state, address), () -> address + " of " + claims);
        }
      }
    }
  }

  private static String holder(List<List<Claim>> claims, IpPrefix address) {
    // Of equal claims the node whose name sorts first holds.
    String[] names = {"self", "b", "c"};
    String holder = "";
    Claim best = null;
    for (int i = 0; i < names.length; i++) {
      for (Claim claim : claims.get(i)) {
        if (claim.prefix().contains(address)) {
          int order =
              best == null ? 1 : Integer.compare(claim.prefix().length(), best.prefix().length());
          order = order != 0 || best == null ? order : claim.since().compareTo(best.since());
          order = order != 0 ? order : holder.compareTo(names[i]);
          if (order > 0) {
            best = claim;
            holder = names[i];
          }
        }
      }
    }
    return holder;
  }

  private static List<Claim> any(Random random) {
    Map<IpPrefix, Claim> claims = new TreeMap<>();
    for (int i = random.nextInt(8); i > 0; i--) {
      int length = 26 + random.nextInt(7);
      int address = random.nextInt(256) & -(1 << (32 - length));
      Claim claim = claim("10.244.2." + address + "/" + length, random.nextInt(4));
      claims.put(claim.prefix(), claim);
    }
    return new ArrayList<>(claims.values());
  }
}
