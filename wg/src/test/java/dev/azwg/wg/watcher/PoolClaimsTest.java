package dev.azwg.wg.watcher;

import static dev.azwg.wg.mesh.MeshFixtures.EPOCH;
import static dev.azwg.wg.mesh.MeshFixtures.address;
import static dev.azwg.wg.mesh.MeshFixtures.claim;
import static dev.azwg.wg.mesh.MeshFixtures.node;
import static dev.azwg.wg.mesh.MeshFixtures.prefix;
import static dev.azwg.wg.mesh.MeshFixtures.prefixes;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.azwg.ipam.address.PrefixSet;
import dev.azwg.wg.mesh.Claim;
import dev.azwg.wg.mesh.PeerRecord;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class PoolClaimsTest {
  private static final Instant NOW = EPOCH.plusSeconds(1000);
  private static final String RANGE = "10.244.1.0/24";
  private static final String POD = "10.244.1.7";

  private final PoolClaims claims = new PoolClaims(prefixes("10.244.9.9"));
  private long generation;

  private NodeClaims of(
      PrefixSet pool, List<Claim> pods, @Nullable PeerRecord published, PeerRecord... others) {
    return of(NOW, pool, pods, published, others);
  }

  private NodeClaims of(
      Instant now,
      PrefixSet pool,
      List<Claim> pods,
      @Nullable PeerRecord published,
      PeerRecord... others) {
    return claims.of(
        pool, List.of(address("10.240.0.4")), pods, published, List.of(others), ++generation, now);
  }

  private static PrefixSet pool(String... prefixes) {
    return PrefixSet.of(prefixes(prefixes));
  }

  private static Claim seenNow(String prefix) {
    return new Claim(prefix(prefix), NOW);
  }

  @Test
  void withoutAPoolEveryPodIsClaimed() {
    List<Claim> pods = List.of(claim(POD, 1), claim("10.244.1.8", 2));
    assertEquals(new NodeClaims(pods, pods, PrefixSet.EMPTY), of(pool(), pods, null));
  }

  @Test
  void aPodInThePoolIsNotPublishedAndOneOutsideIs() {
    Claim outside = claim("10.244.2.7", 2);
    NodeClaims found = of(pool(RANGE), List.of(claim(POD, 1), outside), null);
    assertEquals(List.of(seenNow(RANGE), outside), found.published());
    assertEquals(List.of(seenNow(RANGE), claim(POD, 1), outside), found.local());
  }

  @Test
  void aRangeIsDatedWhenItIsFirstSeenAndKeepsThatOverARestart() {
    Instant later = NOW.plusSeconds(60);
    of(pool(RANGE), List.of(), null);
    assertEquals(List.of(seenNow(RANGE)), of(later, pool(RANGE), List.of(), null).published());
    PeerRecord published = node("a", 2, "10.240.0.4", seenNow(RANGE));
    PoolClaims next = new PoolClaims(List.of());
    assertEquals(
        List.of(seenNow(RANGE)),
        next.of(pool(RANGE), List.of(), List.of(), published, List.of(), 1, later).published());
  }

  @Test
  void aRangeThatAnotherNodeHadIsDatedAfterItsClaimAndOneThatComesBackIsNew() {
    Claim theirs = new Claim(prefix(RANGE), NOW.plusSeconds(10));
    NodeClaims found = of(pool(RANGE), List.of(), null, node("b", 3, "10.240.0.5", theirs));
    assertEquals(theirs.since().plusNanos(1), found.published().getFirst().since());
    Instant later = NOW.plusSeconds(60);
    of(pool("10.244.3.0/24"), List.of(), null);
    assertEquals(later, of(later, pool(RANGE), List.of(), null).published().getFirst().since());
  }

  @Test
  void aPoolThatShrinksLeavesItsPodsClaimedAtOnce() {
    List<Claim> pods = List.of(claim(POD, 1), claim("10.244.1.200", 2));
    of(pool(RANGE), pods, null);
    assertEquals(
        List.of(seenNow("10.244.1.0/25"), claim("10.244.1.200", 2)),
        of(pool("10.244.1.0/25"), pods, null).published());
    assertEquals(pods, of(pool(), pods, null).published());
  }

  @Test
  void aPodIsPublishedWhereAnotherNodeClaimsItsAddressAsPreciselyAsThePool() {
    List<Claim> pods = List.of(claim(POD, 1), claim("10.244.1.99", 1));
    for (String contender : new String[] {RANGE, "10.244.1.0/28", POD}) {
      PeerRecord b = node("b", 3, "10.240.0.5", claim(contender, 1));
      NodeClaims found = of(pool(RANGE), pods, null, b);
      assertTrue(found.published().contains(claim(POD, 1)), contender);
      assertEquals(
          contender.equals(RANGE), found.published().contains(claim("10.244.1.99", 1)), contender);
    }
  }

  @Test
  void aWiderClaimOfAnotherNodeDoesNotMatter() {
    PeerRecord b = node("b", 3, "10.240.0.5", claim("10.244.0.0/20", 1));
    assertEquals(
        List.of(seenNow(RANGE)), of(pool(RANGE), List.of(claim(POD, 1)), null, b).published());
  }

  @Test
  void anAddressThatIsAPodsAndThePoolsIsClaimedOnce() {
    Claim attached = new Claim(prefix(POD), NOW.plusSeconds(5));
    NodeClaims calm = of(pool(POD), List.of(attached), null);
    assertEquals(List.of(seenNow(POD)), calm.published());
    assertEquals(List.of(attached), calm.local());
    NodeClaims contested =
        of(pool(POD), List.of(attached), null, node("b", 3, "10.240.0.5", claim(POD, 1)));
    assertEquals(List.of(attached), contested.published());
  }

  @Test
  void whatNoOtherNodeWouldBelieveIsNotClaimed() {
    NodeClaims found =
        of(
            pool("10.240.0.4/31", "10.244.9.8/30", "10.244.1.0/30"),
            List.of(),
            null,
            node("b", 3, "10.244.1.1"));
    assertEquals(
        pool("10.240.0.5", "10.244.1.0", "10.244.1.2/31", "10.244.9.8", "10.244.9.10/31"),
        found.pool());
  }

  @Test
  void aPoolInTooManyPiecesIsGivenUpAndPodsAreClaimed() {
    PeerRecord[] hostile =
        IntStream.range(0, 2500)
            .mapToObj(i -> node("n" + i, 3, "10.244." + 2 * i / 256 + "." + 2 * i % 256))
            .toArray(PeerRecord[]::new);
    List<Claim> pods = List.of(claim(POD, 1));
    NodeClaims found = of(pool("10.244.0.0/19"), pods, null, hostile);
    assertEquals(pods, found.published());
    assertEquals(PrefixSet.EMPTY, found.pool());
  }
}
