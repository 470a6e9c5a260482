package dev.azwg.wg.datastore.kubernetes;

import static dev.azwg.wg.mesh.MeshFixtures.address;
import static dev.azwg.wg.mesh.MeshFixtures.claim;
import static dev.azwg.wg.mesh.MeshFixtures.node;
import static dev.azwg.wg.mesh.MeshFixtures.prefixes;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.azwg.ipam.address.PrefixSet;
import dev.azwg.wg.datastore.DatastoreSnapshot;
import dev.azwg.wg.datastore.kubernetes.CheckedRecords.Work;
import dev.azwg.wg.mesh.Claim;
import dev.azwg.wg.mesh.PeerRecord;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class CheckedRecordsTest {
  private static final long SECOND = Duration.ofSeconds(1).toNanos();
  private static final PlatformNode NODE =
      PlatformNode.of(Set.of(address("10.240.0.4")), PrefixSet.EMPTY)
          .withPool(Optional.of(PrefixSet.of(prefixes("10.244.1.0/24"))));

  private final CheckedRecords checked = new CheckedRecords("self", CheckTiming.STANDARD);
  private long revision;

  private static PeerRecord a(Claim... claims) {
    return node("a", 1, "10.240.0.4", claims);
  }

  private void offer(long now, PeerRecord... records) {
    checked.offer(new DatastoreSnapshot(++revision, List.of(records), List.of()), true, false, now);
  }

  private Work work(long now) {
    return checked.next(now).orElseThrow();
  }

  private boolean decide(Work work, PlatformNode node, long now) {
    Optional<PlatformNode> found = Optional.of(node);
    return checked.decide(work, RecordCheck.check(work.record(), found), found, false, now);
  }

  @Test
  void onlyTheOwnRecordIsFollowedUnchecked() {
    PeerRecord self = node("self", 9, "10.240.0.9");
    offer(0, a(), self);
    assertEquals(List.of(self), checked.snapshot().records());
    assertFalse(checked.isReadable());
    assertEquals("a", work(0).record().node());
    assertTrue(decide(work(0), NODE, 0));
    assertTrue(checked.isReadable());
    assertEquals(List.of(a(), self), checked.snapshot().records());
    assertEquals(Optional.empty(), checked.next(Long.MAX_VALUE / 2));
  }

  @Test
  void nothingIsReadableBeforeEverythingWasListed() {
    checked.offer(new DatastoreSnapshot(1, List.of(), List.of()), false, false, 0);
    assertFalse(checked.isReadable());
    checked.offer(new DatastoreSnapshot(1, List.of(), List.of()), true, false, 0);
    assertTrue(checked.isReadable());
  }

  @Test
  void aNodeThatGoesIsNotWaitedForAndALaterOneNeither() {
    offer(0, a(), node("b", 2, "10.240.0.5"));
    decide(work(0), NODE, 0);
    offer(0, a(), node("c", 3, "10.240.0.6"));
    offer(0, node("c", 3, "10.240.0.6"));
    assertTrue(checked.isReadable());
    assertEquals(List.of(), checked.snapshot().records());
  }

  @Test
  void aChangedRecordHoldsOnlyWhenItIsChecked() {
    PeerRecord first = a(claim("10.244.1.0/24", 1));
    offer(0, first);
    decide(work(0), NODE, 0);
    PeerRecord forged = a(claim("10.244.1.0/24", 1), claim("10.244.2.7", 2));
    offer(0, forged);
    assertEquals(List.of(first), checked.snapshot().records());
    assertEquals(Optional.empty(), checked.next(0), "not twice in a second");
    Work work = work(SECOND);
    assertTrue(work.node().isPresent(), "the Node need not be asked for");
    assertFalse(work.node().get().pool().isPresent());
    decide(work, NODE, SECOND);
    assertEquals(List.of(first), checked.snapshot().records());
    assertEquals("wireguardpeers/a", checked.snapshot().rejected().getFirst().source());
  }

  @Test
  void whatIsProvenAlreadyHoldsAtOnce() {
    offer(0, a(claim("10.244.1.0/24", 1)));
    decide(work(0), NODE, 0);
    PeerRecord next = a(claim("10.244.1.0/24", 1), claim("10.244.1.7", 2));
    offer(1, next);
    assertEquals(List.of(next), checked.snapshot().records());
    assertEquals(Optional.empty(), checked.next(600 * SECOND));
  }

  @Test
  void aFailureIsNoVerdict() {
    PeerRecord first = a(claim("10.244.1.0/24", 1));
    offer(0, first);
    decide(work(0), NODE, 0);
    offer(0, a(claim("10.244.2.0/24", 1)));
    long now = SECOND;
    for (int i = 0; i < 8; i++) {
      checked.failed(work(now), "503", now);
      assertEquals("503", checked.problem());
      assertEquals(List.of(first), checked.snapshot().records());
      assertTrue(checked.nanosToNext(now) <= 37.5 * SECOND);
      now += checked.nanosToNext(now);
    }
    assertTrue(checked.nanosToNext(now - 1) > 0);
    decide(work(now), NODE, now);
    assertEquals("", checked.problem());
    assertEquals(List.of(a()), checked.snapshot().records());
  }

  @Test
  void aRefusalIsRepeatedAfterTenSecondsTwentyAndSoOnToFiveMinutes() {
    offer(0, a(claim("10.244.2.0/24", 1)));
    long now = 0;
    for (long seconds : new long[] {10, 20, 40, 80, 160, 300, 300}) {
      boolean changed = decide(work(now), NODE, now);
      assertEquals(now == 0, changed);
      long pause = checked.nanosToNext(now);
      assertTrue(
          pause >= seconds * SECOND && pause <= seconds * SECOND * 5 / 4, seconds + ": " + pause);
      now += pause;
      assertEquals(Optional.empty(), work(now).node(), "all is asked again");
    }
    PlatformNode later = NODE.withPool(Optional.of(PrefixSet.of(prefixes("10.244.2.0/24"))));
    assertTrue(decide(work(now), later, now));
    assertEquals(List.of(), checked.snapshot().rejected());
    assertEquals(Optional.empty(), checked.next(now + 1000 * SECOND));
  }

  /** The pauses are so long that a reader repeats one check in five seconds, or fewer. */
  @Test
  void whatIsWrongWithAllNodesIsNoLoad() {
    PeerRecord[] records = new PeerRecord[500];
    for (int i = 0; i < records.length; i++) {
      records[i] = node("n" + i, i, "10.240.9.9");
    }
    offer(0, records);
    long now = 0;
    int checks = 0;
    while (now < 20_000 * SECOND) {
      decide(work(now), NODE, now);
      checks += now > 10_000 * SECOND ? 1 : 0;
      now += checked.nanosToNext(now);
    }
    assertTrue(checks >= 1000 && checks <= 2000, checks + " in 10000 s");
  }

  @Test
  void whatNothingProvesIsLookedUpAFewTimesMore() {
    PlatformNode silent = NODE.withPool(Optional.empty());
    offer(0, a(claim("10.244.1.0/24", 1)));
    long now = 0;
    int lookups = 0;
    while (checked.nanosToNext(now) != Long.MAX_VALUE) {
      now += checked.nanosToNext(now);
      decide(work(now), silent, now);
      lookups++;
      assertEquals(1, checked.unproven());
    }
    assertEquals(7, lookups);
  }

  @Test
  void whereThereAreNoPoolsClaimsCostNothing() {
    offer(0, a(claim("10.244.1.0/24", 1)));
    Optional<PlatformNode> node = Optional.of(NODE.withoutPool());
    checked.decide(work(0), RecordCheck.check(work(0).record(), node), node, true, 0);
    PeerRecord next = a(claim("10.244.2.0/24", 1));
    checked.offer(
        new DatastoreSnapshot(++revision, List.of(next), List.of()), true, true, 2000 * SECOND);
    assertEquals(List.of(next), checked.snapshot().records());
    assertEquals(Optional.empty(), checked.next(4000 * SECOND));
    assertEquals(1, checked.unproven());
  }

  /** A node that changes its record all the time takes its turn like the others. */
  @Test
  void whoWasAskedAboutLongestAgoComesFirst() {
    PeerRecord b = node("b", 2, "10.240.0.4");
    offer(0, a(), b);
    for (int i = 0; i < 2; i++) {
      decide(work(i), NODE, i);
    }
    PeerRecord loud = a(claim("10.244.2.1", 1));
    offer(2, loud, b);
    decide(work(2 * SECOND), NODE, 2 * SECOND);
    offer(3, a(claim("10.244.2.2", 1)), node("b", 2, "10.240.0.4", claim("10.244.3.1", 1)));
    assertEquals("b", work(9 * SECOND).record().node());
  }

  @Test
  void aRecordThatChangesWhileItIsCheckedIsCheckedAgain() {
    offer(0, a());
    Work work = work(0);
    PeerRecord newer = a(claim("10.244.2.0/24", 1));
    offer(0, newer);
    decide(work, NODE, 0);
    assertEquals(List.of(a()), checked.snapshot().records());
    assertEquals(newer, work(SECOND).record());
  }

  @Test
  void aStormOfRefusalsIsReportedInFewWords() {
    Claim[] claims = new Claim[4000];
    for (int i = 0; i < claims.length; i++) {
      claims[i] = claim("10.245." + i / 250 + "." + (i % 250), 1);
    }
    offer(0, a(claims));
    decide(work(0), NODE, 0);
    assertEquals(17, checked.snapshot().rejected().size());
    assertEquals("3984 more are not followed", checked.snapshot().rejected().getLast().reason());
  }

  @Test
  void theRevisionSaysWhetherAnythingChanged() {
    offer(0, a(claim("10.244.2.0/24", 1)));
    decide(work(0), NODE, 0);
    long before = checked.snapshot().revision();
    decide(work(60 * SECOND), NODE, 60 * SECOND);
    assertEquals(before, checked.snapshot().revision());
  }
}
