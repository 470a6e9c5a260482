package dev.azwg.wg.datastore.kubernetes;

import static dev.azwg.wg.mesh.MeshFixtures.EPOCH;
import static dev.azwg.wg.mesh.MeshFixtures.address;
import static dev.azwg.wg.mesh.MeshFixtures.claim;
import static dev.azwg.wg.mesh.MeshFixtures.key;
import static dev.azwg.wg.mesh.MeshFixtures.node;
import static dev.azwg.wg.mesh.MeshFixtures.prefixes;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.azwg.ipam.address.PrefixSet;
import dev.azwg.wg.datastore.kubernetes.Verdict.Reason;
import dev.azwg.wg.device.Endpoint;
import dev.azwg.wg.mesh.Claim;
import dev.azwg.wg.mesh.PeerRecord;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class RecordCheckTest {
  private static PlatformNode platform(String... addresses) {
    return PlatformNode.of(
        Set.of(List.of(addresses).stream().map(each -> address(each)).toArray(InetAddress[]::new)),
        PrefixSet.EMPTY);
  }

  private static PlatformNode pool(String... prefixes) {
    return platform("10.240.0.4").withPool(Optional.of(PrefixSet.of(prefixes(prefixes))));
  }

  private static PeerRecord record(Claim... claims) {
    return node("a", 1, "10.240.0.4", claims);
  }

  private static Verdict check(PeerRecord record, PlatformNode node) {
    return RecordCheck.check(record, Optional.of(node));
  }

  private static List<Reason> reasons(Verdict verdict) {
    return verdict.refusals().stream().map(Verdict.Refusal::reason).toList();
  }

  @Test
  void whatThePlatformBearsOutIsFollowed() {
    PeerRecord record = record(claim("10.244.1.0/24", 1), claim("10.244.1.7", 2));
    Verdict verdict = check(record, pool("10.244.1.0/24"));
    assertEquals(Optional.of(record), verdict.followed());
    assertTrue(verdict.isClean());
    assertEquals(List.of(), verdict.unproven());
  }

  @Test
  void withoutANodeNothingIsFollowed() {
    Verdict verdict = RecordCheck.check(record(), Optional.empty());
    assertEquals(Optional.empty(), verdict.followed());
    assertEquals(List.of(Reason.NO_NODE), reasons(verdict));
  }

  @Test
  void aForgedEndpointTakesTheRecordWithIt() {
    Verdict verdict = check(record(), platform("10.240.0.5"));
    assertEquals(Optional.empty(), verdict.followed());
    assertEquals(List.of(Reason.ENDPOINT, Reason.NO_ENDPOINT), reasons(verdict));
  }

  @Test
  void oneGoodEndpointIsEnough() {
    PeerRecord record =
        new PeerRecord(
            "a",
            Optional.of(key(1)),
            EPOCH,
            List.of(
                new Endpoint(address("10.240.0.99"), 51820),
                new Endpoint(address("10.240.0.4"), 51820)),
            List.of(address("10.240.0.4"), address("10.240.0.98")),
            true,
            List.of());
    Verdict verdict = check(record, platform("10.240.0.4"));
    PeerRecord followed = verdict.followed().orElseThrow();
    assertEquals(List.of(new Endpoint(address("10.240.0.4"), 51820)), followed.endpoints());
    assertEquals(List.of(address("10.240.0.4")), followed.nodeAddresses());
    assertEquals(List.of(Reason.ENDPOINT, Reason.NODE_ADDRESS), reasons(verdict));
  }

  @Test
  void aNodeWithoutAKeyNeedsNoEndpoint() {
    PeerRecord record = record(claim("10.244.1.0/24", 1)).withoutKey(EPOCH);
    PlatformNode moved =
        platform("10.240.0.5").withPool(Optional.of(PrefixSet.of(prefixes("10.244.1.0/24"))));
    assertEquals(1, check(record, moved).followed().orElseThrow().claims().size());
  }

  @Test
  void aClaimOutsideThePoolIsRefusedAndTheRestFollowed() {
    Claim own = claim("10.244.1.0/24", 1);
    Verdict verdict = check(record(own, claim("10.244.2.7", 2)), pool("10.244.1.0/24"));
    assertEquals(List.of(own), verdict.followed().orElseThrow().claims());
    assertEquals(
        "10.244.2.7/32 "
            + "is claimed, but Azure has not given it to this node, and none of its"
            + " pods has it",
        verdict.refusals().getFirst().toString());
  }

  @Test
  void aRangeThatIsOnlyPartlyThePoolsIsRefused() {
    Verdict verdict = check(record(claim("10.244.0.0/22", 1)), pool("10.244.1.0/24"));
    assertEquals(List.of(Reason.NOT_GIVEN), reasons(verdict));
  }

  @Test
  void aPodOfTheNodeProvesItsAddressAndNoMore() {
    PlatformNode platform = pool("10.244.1.0/24").withPods(PrefixSet.of(prefixes("10.244.2.7/32")));
    Verdict verdict = check(record(claim("10.244.2.7", 1), claim("10.244.2.8", 1)), platform);
    assertEquals(List.of(claim("10.244.2.7", 1)), verdict.followed().orElseThrow().claims());
    assertTrue(RecordCheck.asksForPods(verdict));
    assertFalse(RecordCheck.asksForPods(check(record(), platform)));
  }

  @Test
  void whereAzureSaysNothingClaimsAreFollowedAndCounted() {
    PlatformNode cidr =
        PlatformNode.of(Set.of(address("10.240.0.4")), PrefixSet.of(prefixes("10.244.1.0/24")));
    Claim outside = claim("10.244.2.7", 1);
    Verdict verdict = check(record(claim("10.244.1.7", 1), outside), cidr);
    assertTrue(verdict.isClean());
    assertEquals(List.of(outside), verdict.unproven());
  }

  /** A kubelet may set the podCIDRs of its own Node where nobody else has. */
  @Test
  void podCidrsProveNothingAgainstAzure() {
    PlatformNode forged =
        PlatformNode.of(Set.of(address("10.240.0.4")), PrefixSet.of(prefixes("10.244.2.0/24")))
            .withPool(Optional.of(PrefixSet.of(prefixes("10.244.1.0/24"))));
    assertEquals(
        List.of(Reason.NOT_GIVEN), reasons(check(record(claim("10.244.2.0/24", 1)), forged)));
  }

  @Test
  void aRangeWiderThanAnyNodesIsRefusedEvenIfNothingSaysOtherwise() {
    Verdict verdict =
        check(record(claim("10.244.0.0/19", 1), claim("fd00::/63", 1)), platform("10.240.0.4"));
    assertEquals(List.of(Reason.TOO_WIDE, Reason.TOO_WIDE), reasons(verdict));
    assertTrue(
        check(record(claim("10.244.0.0/20", 1), claim("fd00::/64", 1)), platform("10.240.0.4"))
            .isClean());
  }

  @Test
  void aPodInAProvenRangeNeedsNoQuestion() {
    Verdict before = check(record(claim("10.244.1.0/24", 1)), pool("10.244.1.0/24"));
    PeerRecord next = record(claim("10.244.1.0/24", 1), claim("10.244.1.7", 9));
    Verdict carried = RecordCheck.carry(next, before, true).orElseThrow();
    assertEquals(Optional.of(next), carried.followed());
    assertEquals(Optional.empty(), RecordCheck.carry(next, before, false), "an old proof");
    assertTrue(RecordCheck.carry(record(), before, false).isPresent(), "nothing new in it");
  }

  @Test
  void aClaimThatIsDatedAnewNeedsARecentProof() {
    Verdict before = check(record(claim("10.244.1.7", 1)), pool("10.244.1.7"));
    PeerRecord next = record(claim("10.244.1.7", 2));
    assertTrue(RecordCheck.carry(next, before, true).isPresent());
    assertEquals(Optional.empty(), RecordCheck.carry(next, before, false));
  }

  @Test
  void whatIsNewIsAskedAbout() {
    Verdict before = check(record(claim("10.244.1.7", 1)), pool("10.244.1.0/24"));
    assertEquals(Optional.empty(), RecordCheck.carry(record(claim("10.244.1.8", 1)), before, true));
    assertEquals(Optional.empty(), RecordCheck.carry(node("a", 1, "10.240.0.9"), before, true));
    assertTrue(RecordCheck.carry(node("a", 2, "10.240.0.4"), before, true).isPresent(), "a key");
    Verdict refused = check(record(claim("10.244.9.9", 1)), pool("10.244.1.0/24"));
    assertEquals(Optional.empty(), RecordCheck.carry(record(), refused, true));
  }

  @Test
  void whatIsUnprovenStaysSo() {
    Claim claim = claim("10.244.1.0/24", 1);
    Verdict before = check(record(claim), platform("10.240.0.4"));
    Verdict carried =
        RecordCheck.carry(record(claim, claim("10.244.1.7", 2)), before, true).orElseThrow();
    assertEquals(2, carried.unproven().size());
  }
}
