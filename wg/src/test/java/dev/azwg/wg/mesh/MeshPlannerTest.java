package dev.azwg.wg.mesh;

import static dev.azwg.wg.mesh.MeshFixtures.EPOCH;
import static dev.azwg.wg.mesh.MeshFixtures.NOW;
import static dev.azwg.wg.mesh.MeshFixtures.VERIFIED;
import static dev.azwg.wg.mesh.MeshFixtures.address;
import static dev.azwg.wg.mesh.MeshFixtures.claim;
import static dev.azwg.wg.mesh.MeshFixtures.config;
import static dev.azwg.wg.mesh.MeshFixtures.key;
import static dev.azwg.wg.mesh.MeshFixtures.node;
import static dev.azwg.wg.mesh.MeshFixtures.prefix;
import static dev.azwg.wg.mesh.MeshFixtures.prefixes;
import static dev.azwg.wg.mesh.MeshFixtures.self;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.azwg.ipam.address.IpPrefix;
import dev.azwg.wg.device.Endpoint;
import dev.azwg.wg.key.PublicKey;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MeshPlannerTest {
  private static DesiredState plan(MeshConfig config, LocalNode self, PeerRecord... records) {
    return new MeshPlanner(config).plan(self, List.of(records), Map.of(), VERIFIED, NOW);
  }

  private static Set<IpPrefix> allowedIps(DesiredState state, int key) {
    return Objects.requireNonNull(state.peers().get(key(key))).allowedIps();
  }

  private static Set<Finding.Kind> kinds(DesiredState state) {
    return state.findings().stream().map(Finding::kind).collect(Collectors.toSet());
  }

  @Test
  void twoNodesAndTheirPodsAreRoutedIntoTheTunnelAndOwnPodsAreNot() {
    DesiredState state =
        plan(
            config(),
            self(claim("10.240.1.10", 1)),
            node("self", 1, "10.240.0.4", claim("10.240.1.10", 1)),
            node("b", 2, "10.240.0.5", claim("10.240.2.10", 1), claim("10.240.2.11", 2)),
            node("c", 3, "10.240.0.6", claim("10.240.3.10", 1)));

    assertEquals(Set.of(key(2), key(3)), state.peers().keySet());
    assertEquals(
        new TreeSet<>(prefixes("10.240.0.5", "10.240.2.10", "10.240.2.11")), allowedIps(state, 2));
    assertEquals(
        Map.of(
            prefix("10.240.1.10"), RouteTarget.THROW,
            prefix("10.240.0.5"), RouteTarget.DEVICE,
            prefix("10.240.2.10"), RouteTarget.DEVICE,
            prefix("10.240.2.11"), RouteTarget.DEVICE,
            prefix("10.240.0.6"), RouteTarget.DEVICE,
            prefix("10.240.3.10"), RouteTarget.DEVICE),
        state.routes());
    assertEquals(List.of(address("10.240.0.4")), state.deviceAddresses());
    assertEquals(1340, state.mtu());
    assertTrue(state.findings().isEmpty(), () -> state.findings().toString());
  }

  @Test
  void outsideHostScopeNoNodeAddressIsAllowedOrRouted() {
    MeshConfig off = new MeshConfig(false, Mode.PERMISSIVE, List.of(), 0);
    DesiredState state = plan(off, self(), node("b", 2, "10.240.0.5", claim("10.240.2.10", 1)));
    assertEquals(new TreeSet<>(prefixes("10.240.2.10")), allowedIps(state, 2));
    assertEquals(Set.of(prefix("10.240.2.10")), state.routes().keySet());
    assertEquals(List.of(), state.deviceAddresses());
    assertEquals(1440, state.mtu());
  }

  @Test
  void aPeerOutsideHostScopeKeepsItsOwnAddressOutOfTheTunnel() {
    PeerRecord b = node("b", 2, "10.240.0.5", claim("10.240.2.10", 1));
    PeerRecord outside =
        new PeerRecord(
            b.node(),
            b.publicKey(),
            b.keySince(),
            b.endpoints(),
            b.nodeAddresses(),
            false,
            b.claims());
    DesiredState state = plan(config(), self(), outside);
    assertEquals(Set.of(prefix("10.240.2.10")), state.routes().keySet());
  }

  @ParameterizedTest
  @CsvSource({"PERMISSIVE,THROW", "STRICT,UNREACHABLE"})
  void aNodeWithoutAKeyIsReachedInTheClearOrNotAtAll(Mode mode, RouteTarget target) {
    PeerRecord keyless =
        new PeerRecord(
            "b",
            Optional.empty(),
            EPOCH,
            List.of(),
            List.of(address("10.240.0.5")),
            true,
            List.of(claim("10.240.2.10", 1)));
    DesiredState state = plan(new MeshConfig(true, mode, List.of(), 0), self(), keyless);
    assertTrue(state.peers().isEmpty());
    assertEquals(
        Map.of(prefix("10.240.0.5"), target, prefix("10.240.2.10"), target), state.routes());
    assertEquals(Map.of("b", new DesiredState.NodeRoutes(target, 2)), state.nodes());
    assertEquals(Set.of(Finding.Kind.NO_KEY), kinds(state));
  }

  @ParameterizedTest
  @CsvSource({"PERMISSIVE,THROW", "STRICT,UNREACHABLE"})
  void aPeerIsConfiguredAtOnceAndRoutedOnceItIsVerified(Mode mode, RouteTarget target) {
    MeshPlanner planner = new MeshPlanner(new MeshConfig(true, mode, List.of(), 0));
    List<PeerRecord> records =
        List.of(
            node("b", 2, "10.240.0.5", claim("10.240.2.10", 1)),
            node("c", 3, "10.240.0.6", claim("10.240.3.10", 1)));
    DesiredState state =
        planner.plan(
            self(),
            records,
            Map.of(),
            key -> new PeerUse(key.equals(key(2)), false, key.equals(key(2)) ? 25 : 0),
            NOW);
    // What an unverified peer sends is accepted: it may be the first of the two to switch.
    assertEquals(new TreeSet<>(prefixes("10.240.0.6", "10.240.3.10")), allowedIps(state, 3));
    assertEquals(0, Objects.requireNonNull(state.peers().get(key(3))).persistentKeepalive());
    assertEquals(25, Objects.requireNonNull(state.peers().get(key(2))).persistentKeepalive());
    assertEquals(
        Map.of(
            prefix("10.240.0.5"),
            RouteTarget.DEVICE,
            prefix("10.240.2.10"),
            RouteTarget.DEVICE,
            prefix("10.240.0.6"),
            target,
            prefix("10.240.3.10"),
            target),
        state.routes());
    assertEquals(
        Map.of(
            "b", new DesiredState.NodeRoutes(RouteTarget.DEVICE, 2),
            "c", new DesiredState.NodeRoutes(target, 2)),
        state.nodes());
    assertTrue(state.findings().isEmpty(), () -> state.findings().toString());
  }

  @Test
  void theNewerClaimHoldsWhereverItComesFrom() {
    PeerRecord older = node("b", 2, "10.240.0.5", claim("10.240.2.10", 5));
    PeerRecord newer = node("c", 3, "10.240.0.6", claim("10.240.2.10", 6));
    DesiredState state = plan(config(), self(), older, newer);
    assertFalse(allowedIps(state, 2).contains(prefix("10.240.2.10")));
    assertTrue(allowedIps(state, 3).contains(prefix("10.240.2.10")));
    assertEquals(Set.of(Finding.Kind.SUPERSEDED_CLAIM), kinds(state));

    DesiredState ownIsNewest = plan(config(), self(claim("10.240.2.10", 7)), older, newer);
    assertEquals(RouteTarget.THROW, ownIsNewest.routes().get(prefix("10.240.2.10")));
    DesiredState ownIsOldest = plan(config(), self(claim("10.240.2.10", 1)), older, newer);
    assertEquals(RouteTarget.DEVICE, ownIsOldest.routes().get(prefix("10.240.2.10")));
  }

  @Test
  void claimsOfTheSameInstantGoToTheNodeThatSortsFirst() {
    DesiredState state =
        plan(
            config(),
            self(),
            node("c", 3, "10.240.0.6", claim("10.240.2.10", 5)),
            node("b", 2, "10.240.0.5", claim("10.240.2.10", 5)));
    assertTrue(allowedIps(state, 2).contains(prefix("10.240.2.10")));
  }

  @Test
  void theIncumbentKeepsItsKeyWhoeverElsePublishesIt() {
    PeerRecord incumbent = node("victim", 2, "10.240.0.5", claim("10.240.2.10", 1));
    PeerRecord intruder = node("intruder", 2, "10.240.0.6", claim("10.240.3.10", 1));
    MeshPlanner planner = new MeshPlanner(config());
    DesiredState state =
        planner.plan(self(), List.of(intruder, incumbent), Map.of(key(2), "victim"), VERIFIED, NOW);
    assertEquals("victim", Objects.requireNonNull(state.peers().get(key(2))).node());
    assertEquals(new TreeSet<>(prefixes("10.240.0.5", "10.240.2.10")), allowedIps(state, 2));
    assertEquals(Set.of(Finding.Kind.DUPLICATE_KEY), kinds(state));
    assertEquals("intruder", state.findings().first().node());
    assertEquals(RouteTarget.THROW, state.routes().get(prefix("10.240.3.10")));
  }

  @Test
  void withoutAnIncumbentTheNodeThatHadTheKeyFirstKeepsIt() {
    PeerRecord late = node("a", 2, "10.240.0.5");
    PeerRecord early =
        new PeerRecord(
            "z",
            Optional.of(key(2)),
            EPOCH.minusSeconds(60),
            List.of(new Endpoint(address("10.240.0.6"), 51820)),
            List.of(address("10.240.0.6")),
            true,
            List.of());
    DesiredState state = plan(config(), self(), late, early);
    assertEquals("z", Objects.requireNonNull(state.peers().get(key(2))).node());
  }

  @Test
  void nobodyElseMayUseThisNodesKey() {
    DesiredState state = plan(config(), self(), node("b", 1, "10.240.0.5"));
    assertTrue(state.peers().isEmpty());
    assertEquals(Set.of(Finding.Kind.DUPLICATE_KEY), kinds(state));
  }

  @ParameterizedTest
  @CsvSource({
    "168.63.129.16",
    "169.254.169.254",
    "127.0.0.1",
    "224.0.0.1",
    "0.0.0.0/0",
    "::/0",
    "fe80::1234:5678:9abc",
    "10.0.0.0/8",
    "20.1.2.3"
  })
  void whatMustNeverBeTunnelledIsRefused(String claimed) {
    MeshConfig config =
        new MeshConfig(true, Mode.PERMISSIVE, prefixes("20.1.2.0/24", "10.9.0.1"), 0);
    DesiredState state = plan(config, self(), node("b", 2, "10.240.0.5", claim(claimed, 1)));
    assertEquals(new TreeSet<>(prefixes("10.240.0.5")), allowedIps(state, 2));
    assertEquals(Set.of(Finding.Kind.FORBIDDEN_ADDRESS), kinds(state));
  }

  @ParameterizedTest
  @CsvSource({"10.240.0.4", "10.240.0.6", "10.240.0.0/24"})
  void aClaimNeverTakesANodesAddress(String claimed) {
    DesiredState state =
        plan(
            config(),
            self(),
            node("b", 2, "10.240.0.5", claim(claimed, 1000)),
            node("c", 3, "10.240.0.6"));
    assertEquals(new TreeSet<>(prefixes("10.240.0.5")), allowedIps(state, 2));
    assertEquals(new TreeSet<>(prefixes("10.240.0.6")), allowedIps(state, 3));
    assertEquals(Set.of(Finding.Kind.CLAIM_OF_NODE_ADDRESS), kinds(state));
  }

  @Test
  void aRecordCannotTakeThisNodesOwnAddress() {
    DesiredState state = plan(config(), self(), node("b", 2, "10.240.0.4"));
    assertTrue(state.peers().isEmpty());
    assertEquals(Map.of(), state.routes());
    assertTrue(kinds(state).contains(Finding.Kind.NO_ENDPOINT));
  }

  /** The address of a node that works is not to be had; that of one that has gone silent is. */
  @ParameterizedTest
  @CsvSource({"true,b", "false,c"})
  void theNewerRecordTakesANodesAddressOnlyWhileThatNodeIsNotLive(boolean live, String holder) {
    PeerRecord b = node("b", 2, "10.240.0.5", claim("10.240.2.10", 1));
    PeerRecord c =
        new PeerRecord(
            "c", Optional.of(key(3)), NOW, b.endpoints(), b.nodeAddresses(), true, List.of());
    DesiredState state =
        new MeshPlanner(config())
            .plan(
                self(),
                List.of(b, c),
                Map.of(),
                key -> new PeerUse(key.equals(key(2)), live && key.equals(key(2)), 25),
                NOW);
    assertEquals(
        Set.of(holder),
        state.peers().values().stream().map(DesiredPeer::node).collect(Collectors.toSet()));
    assertEquals(
        live ? RouteTarget.DEVICE : RouteTarget.THROW, state.routes().get(prefix("10.240.0.5")));
    assertTrue(kinds(state).contains(Finding.Kind.SUPERSEDED_CLAIM));
  }

  @Test
  void notEvenALivePeerTakesThisNodesAddress() {
    DesiredState state = plan(config(), self(), node("b", 2, "10.240.0.4"));
    assertTrue(state.peers().isEmpty());
  }

  @Test
  void aStaleNodeRecordDoesNotTakeTheAddressOfAPodOfThisNode() {
    // The address of a node that is gone was given to a pod.
    PeerRecord gone = node("gone", 2, "10.240.1.10");
    DesiredState state = plan(config(), self(claim("10.240.1.10", 5)), gone);
    assertEquals(RouteTarget.THROW, state.routes().get(prefix("10.240.1.10")));
    assertTrue(state.peers().isEmpty());
    assertTrue(kinds(state).contains(Finding.Kind.NODE_ADDRESS_OF_OWN_POD));
  }

  @Test
  void whatIsDatedInTheFutureOutranksNothing() {
    PeerRecord victim = node("victim", 2, "10.240.0.5", claim("10.240.2.10", 5));
    PeerRecord claims = node("x", 3, "10.240.0.6", claim("10.240.2.10", 1_000_000));
    PeerRecord address =
        new PeerRecord(
            "y",
            Optional.of(key(4)),
            NOW.plusSeconds(1_000_000),
            List.of(),
            List.of(address("10.240.0.5")),
            true,
            List.of());
    DesiredState state = plan(config(), self(), victim, claims, address);
    assertEquals(new TreeSet<>(prefixes("10.240.0.5", "10.240.2.10")), allowedIps(state, 2));
    assertEquals(Set.of(Finding.Kind.FUTURE_INSTANT), kinds(state));
  }

  @Test
  void anEndpointMustBeAnAddressOfItsNodeAndOfAFamilyThisNodeHas() {
    PeerRecord strange =
        new PeerRecord(
            "b",
            Optional.of(key(2)),
            EPOCH,
            List.of(
                new Endpoint(address("10.240.0.99"), 51820),
                new Endpoint(address("fd00::5"), 51820),
                new Endpoint(address("10.240.0.5"), 51821)),
            List.of(address("10.240.0.5"), address("fd00::5")),
            true,
            List.of());
    DesiredState state = plan(config(), self(), strange);
    assertEquals(
        new Endpoint(address("10.240.0.5"), 51821),
        Objects.requireNonNull(state.peers().get(key(2))).endpoint());
  }

  @Test
  void anIpv6EndpointCostsTwentyBytesOfMtu() {
    LocalNode dual = new LocalNode("self", key(1), List.of(address("fd00::4")), List.of(), 1500);
    DesiredState state = plan(config(), dual, node("b", 2, "fd00::5"));
    assertEquals(1320, state.mtu());
  }

  @Test
  void everyAllowedIpHasExactlyOneOwnerAndARouteInAnyMesh() {
    for (long seed = 0; seed < 300; seed++) {
      Random random = new Random(seed);
      List<PeerRecord> records = new ArrayList<>();
      for (int i = 0; i < 6; i++) {
        List<Claim> claims = new ArrayList<>();
        for (int c = random.nextInt(6); c > 0; c--) {
          claims.add(claim("10.1.0." + random.nextInt(12), random.nextInt(5)));
        }
        records.add(
            node(
                "n" + i,
                2 + random.nextInt(5),
                "10.240.0." + (4 + random.nextInt(8)),
                claims.toArray(Claim[]::new)));
      }
      LocalNode self = self(claim("10.1.0." + random.nextInt(12), random.nextInt(5)));
      MeshPlanner planner = new MeshPlanner(config());
      DesiredState state = planner.plan(self, records, Map.of(), VERIFIED, NOW);
      Set<IpPrefix> owned = new TreeSet<>();
      for (DesiredPeer peer : state.peers().values()) {
        for (IpPrefix prefix : peer.allowedIps()) {
          assertTrue(owned.add(prefix), "seed " + seed + ": two owners of " + prefix);
          assertEquals(RouteTarget.DEVICE, state.routes().get(prefix), "seed " + seed);
        }
      }
      for (Map.Entry<IpPrefix, RouteTarget> route : state.routes().entrySet()) {
        assertEquals(
            route.getValue() == RouteTarget.DEVICE, owned.contains(route.getKey()), "seed " + seed);
      }
      Collections.shuffle(records, random);
      Map<PublicKey, DesiredPeer> shuffled =
          planner.plan(self, records, Map.of(), VERIFIED, NOW).peers();
      assertEquals(state.peers(), shuffled, "seed " + seed + ": the order of records matters");
    }
  }

  @Test
  void inStrictModeTheClustersRangesLeadNowhereButToWhoIsThere() {
    MeshConfig strict =
        new MeshConfig(
            true,
            Mode.STRICT,
            prefixes("10.240.0.200"),
            prefixes("10.240.0.0/16", "10.241.0.0/16"),
            0,
            0);
    PeerRecord outOfScope =
        new PeerRecord(
            "b",
            Optional.of(key(2)),
            EPOCH,
            List.of(),
            List.of(address("10.240.0.5")),
            false,
            List.of(claim("10.241.0.7", 1)));
    DesiredState state = plan(strict, self(claim("10.240.1.10", 1)), outOfScope);
    assertEquals(
        Map.of(
            prefix("10.240.0.0/16"), RouteTarget.UNREACHABLE,
            prefix("10.241.0.0/16"), RouteTarget.UNREACHABLE,
            prefix("10.240.0.200"), RouteTarget.THROW,
            prefix("10.240.0.5"), RouteTarget.THROW,
            prefix("10.240.1.10"), RouteTarget.THROW,
            prefix("10.241.0.7"), RouteTarget.UNREACHABLE),
        state.routes());
    assertEquals(Set.of(prefix("10.241.0.7")), state.untunnelled());
    assertTrue(plan(config(), self(), outOfScope).routes().containsKey(prefix("10.241.0.7")));
  }

  @Test
  void aRangeThatIsExemptAsAWholeIsNotRefused() {
    MeshConfig strict =
        new MeshConfig(true, Mode.STRICT, prefixes("10.0.0.0/8"), prefixes("10.240.0.0/16"), 0, 0);
    assertEquals(Map.of(), plan(strict, self()).routes());
  }

  @Test
  void encryptedPacketsComeFromTheAddressesThatPeersHold() {
    PeerRecord peer = node("b", 2, "10.240.0.5", claim("10.240.2.10", 1));
    PeerRecord keyless =
        new PeerRecord(
            "c",
            Optional.empty(),
            EPOCH,
            List.of(),
            List.of(address("10.240.0.6")),
            true,
            List.of(claim("10.240.3.10", 1)));
    DesiredState state = plan(config(), self(), peer, keyless);
    assertEquals(Set.of(prefix("10.240.0.5")), state.peerAddresses());
    assertEquals(Set.of(prefix("10.240.0.6"), prefix("10.240.3.10")), state.untunnelled());
  }
}
