package dev.azwg.wg.mesh;

import static dev.azwg.wg.mesh.MeshFixtures.EPOCH;
import static dev.azwg.wg.mesh.MeshFixtures.address;
import static dev.azwg.wg.mesh.MeshFixtures.key;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.azwg.wg.device.Endpoint;
import dev.azwg.wg.device.Peer;
import dev.azwg.wg.key.PublicKey;
import dev.azwg.wg.mesh.PeerPath.Reason;
import dev.azwg.wg.mesh.PeerPath.State;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class PeerPathsTest {
  private static final PublicKey SELF = key(5);
  private static final PublicKey LATER = key(9);
  private static final PublicKey EARLIER = key(2);

  /** What the two clocks show; the monotonic one begins anywhere. */
  private Instant now = EPOCH;

  private long nanos = -7_000_000_000L;

  private void pass(Duration time) {
    now = now.plus(time);
    nanos += time.toNanos();
  }

  private static PeerPaths paths(boolean fallback) {
    return new PeerPaths(SELF, PathPolicy.standard(fallback));
  }

  private static DesiredPeer desired(String node, PublicKey key) {
    return new DesiredPeer(
        node, key, new Endpoint(address("10.240.0.9"), 51820), new TreeSet<>(), 25);
  }

  private static Peer peer(PublicKey key, @Nullable Instant handshake, long rx) {
    return new Peer(
        key, Optional.empty(), List.of(), Optional.ofNullable(handshake), rx, 0, 25, false);
  }

  private List<PeerPaths.Change> seen(PeerPaths paths, Peer... peers) {
    return paths.seen(List.of(peers), now, nanos, 0);
  }

  private static PeerPath path(PeerPaths paths, PublicKey key) {
    return Objects.requireNonNull(paths.snapshot().get(key));
  }

  private PeerPaths verified(boolean fallback) {
    PeerPaths paths = paths(fallback);
    paths.planned(List.of(desired("b", LATER)), now, nanos);
    pass(Duration.ofMillis(50));
    seen(paths, peer(LATER, now, 148));
    assertEquals(State.VERIFIED, path(paths, LATER).state());
    paths.planned(List.of(desired("b", LATER)), now, nanos);
    return paths;
  }

  @Test
  void aNewPeerIsVerifiedByItsFirstHandshake() {
    PeerPaths paths = paths(false);
    List<PeerPaths.Change> begun = paths.planned(List.of(desired("b", LATER)), now, nanos);
    assertEquals(1, begun.size());
    assertEquals("b", begun.getFirst().node());
    assertEquals(State.UNVERIFIED, path(paths, LATER).state());
    assertEquals(Reason.NEW_PEER, path(paths, LATER).reason());
    assertEquals(EPOCH, path(paths, LATER).since());
    assertFalse(paths.use(LATER, nanos).tunnelled());
    assertFalse(paths.needPlanning(nanos));

    pass(Duration.ofMillis(50));
    // Bytes alone are an initiation that nobody has answered.
    assertEquals(List.of(), seen(paths, peer(LATER, null, 148)));
    assertFalse(paths.needPlanning(nanos));
    pass(Duration.ofMillis(50));
    List<PeerPaths.Change> changes = seen(paths, peer(LATER, now, 240));
    assertEquals("b", changes.getFirst().node());
    assertEquals(State.VERIFIED, path(paths, LATER).state());
    assertEquals(Reason.HANDSHAKE, path(paths, LATER).reason());
    assertEquals(now, path(paths, LATER).since());
    assertTrue(paths.use(LATER, nanos).tunnelled());
    assertTrue(paths.needPlanning(nanos));
    paths.planned(List.of(desired("b", LATER)), now, nanos);
    assertFalse(paths.needPlanning(nanos));
    assertEquals(Optional.empty(), paths.nextIn(nanos), "nobody is waited for any more");
  }

  @Test
  void aWallClockThatIsWrongDecidesNothing() {
    PeerPaths paths = verified(false);
    now = now.plus(Duration.ofDays(4000));
    assertEquals(List.of(), seen(paths, peer(LATER, EPOCH.plusMillis(50), 148)));
    now = now.minus(Duration.ofDays(8000));
    assertEquals(List.of(), seen(paths, peer(LATER, EPOCH.plusMillis(50), 148)));

    PeerPaths young = paths(false);
    young.planned(List.of(desired("b", LATER)), now, nanos);
    seen(young, peer(LATER, EPOCH.minus(Duration.ofDays(10_000)), 148));
    assertEquals(State.VERIFIED, path(young, LATER).state());
  }

  @Test
  void ofTwoNodesTheOneWhoseKeySortsLaterWaitsForItsTurn() {
    PeerPaths paths = paths(false);
    assertEquals(new PeerUse(false, false, 25), paths.use(LATER, nanos));
    assertEquals(new PeerUse(false, false, 0), paths.use(EARLIER, nanos));
    paths.planned(List.of(desired("b", LATER), desired("c", EARLIER)), now, nanos);
    pass(Duration.ofMillis(299));
    assertEquals(new PeerUse(false, false, 0), paths.use(EARLIER, nanos));
    assertFalse(paths.needPlanning(nanos));
    assertEquals(Optional.of(Duration.ZERO), paths.nextIn(nanos));
    seen(paths, peer(LATER, null, 0), peer(EARLIER, null, 0));
    assertEquals(Optional.of(Duration.ofMillis(1)), paths.nextIn(nanos), "it is looked in time");
    pass(Duration.ofMillis(1));
    assertEquals(new PeerUse(false, false, 25), paths.use(EARLIER, nanos));
    assertTrue(paths.needPlanning(nanos));
  }

  @Test
  void looksBecomeRarerTheLongerAPeerDoesNotAnswerAndSayItOnce() {
    PeerPaths paths = paths(false);
    paths.planned(List.of(desired("b", LATER)), now, nanos);
    int looks = 0;
    int told = 0;
    Duration last = Duration.ZERO;
    for (Duration age = Duration.ZERO; age.compareTo(Duration.ofMinutes(1)) < 0; looks++) {
      Duration next = paths.nextIn(nanos).orElseThrow();
      assertTrue(next.compareTo(last) >= 0, next + " after " + last);
      last = next;
      pass(next);
      age = age.plus(next);
      told += seen(paths, peer(LATER, null, 0)).size();
    }
    assertTrue(looks > 10 && looks < 50, looks + " looks in a minute");
    assertEquals(Duration.ofSeconds(2), last);
    assertEquals(1, told);
    assertEquals(Reason.NOT_HEARD, path(paths, LATER).reason());
    assertEquals(EPOCH, path(paths, LATER).since(), "it has been unverified all the time");
  }

  @Test
  void anExpensiveLookIsRepeatedLessOften() {
    PeerPaths paths = paths(false);
    paths.planned(List.of(desired("b", LATER)), now, nanos);
    paths.seen(List.of(peer(LATER, null, 0)), now, nanos, Duration.ofMillis(500).toNanos());
    assertEquals(Optional.of(Duration.ofSeconds(10)), paths.nextIn(nanos));
  }

  @Test
  void aNewKeyBeginsUnverifiedForItsNodeAlone() {
    PeerPaths paths = verified(false);
    paths.planned(List.of(desired("b", LATER), desired("c", EARLIER)), now, nanos);
    seen(paths, peer(LATER, EPOCH.plusMillis(50), 148), peer(EARLIER, now, 148));
    assertEquals(State.VERIFIED, path(paths, EARLIER).state());
    PublicKey renewed = key(77);
    paths.planned(List.of(desired("b", renewed), desired("c", EARLIER)), now, nanos);
    assertEquals(State.UNVERIFIED, path(paths, renewed).state());
    assertEquals(Reason.KEY_CHANGED, path(paths, renewed).reason());
    assertEquals(State.VERIFIED, path(paths, EARLIER).state());
    // The old key comes back: nothing is remembered of it.
    paths.planned(List.of(desired("b", LATER), desired("c", EARLIER)), now, nanos);
    assertEquals(State.UNVERIFIED, path(paths, LATER).state());
  }

  @Test
  void aNewEndpointKeepsTheTunnel() {
    PeerPaths paths = verified(false);
    DesiredPeer moved =
        new DesiredPeer(
            "b", LATER, new Endpoint(address("10.240.0.77"), 51821), new TreeSet<>(), 25);
    assertEquals(List.of(), paths.planned(List.of(moved), now, nanos));
    assertTrue(paths.use(LATER, nanos).tunnelled());
  }

  @Test
  void aPeerThatWasTakenOffTheDeviceAndPutBackStaysInTheTunnel() {
    PeerPaths paths = verified(false);
    assertEquals(List.of(), seen(paths, peer(LATER, null, 0)));
    assertTrue(paths.use(LATER, nanos).tunnelled());
  }

  @Test
  void withoutFallbackASilentPairStaysInTheTunnelAndIsToldOnce() {
    PeerPaths paths = verified(false);
    pass(Duration.ofSeconds(90));
    assertEquals(List.of(), seen(paths, peer(LATER, EPOCH.plusMillis(50), 148)));
    pass(Duration.ofSeconds(1));
    assertEquals(1, seen(paths, peer(LATER, EPOCH.plusMillis(50), 148)).size());
    assertEquals(State.SILENT, path(paths, LATER).state());
    assertTrue(paths.use(LATER, nanos).tunnelled());
    assertFalse(paths.use(LATER, nanos).live());
    assertTrue(paths.needPlanning(nanos), "its addresses are to be had now");
    pass(Duration.ofHours(1));
    assertEquals(List.of(), seen(paths, peer(LATER, EPOCH.plusMillis(50), 148)));
    seen(paths, peer(LATER, now, 300));
    assertEquals(State.VERIFIED, path(paths, LATER).state());
  }

  @Test
  void aPairThatReceivesOnlyInitiationsIsSilentToo() {
    PeerPaths paths = verified(false);
    long rx = 148;
    for (int i = 0; i < 48; i++) {
      pass(Duration.ofSeconds(5));
      rx += 148;
      seen(paths, peer(LATER, EPOCH.plusMillis(50), rx));
      assertEquals(State.VERIFIED, path(paths, LATER).state(), "after " + 5 * i + " s");
    }
    pass(Duration.ofSeconds(5));
    seen(paths, peer(LATER, EPOCH.plusMillis(50), rx + 148));
    assertEquals(State.SILENT, path(paths, LATER).state());
  }

  @Test
  void fallbackComesBackAfterAHandshakeAndSomeTimeOfWorkingLongerEachTime() {
    PeerPaths paths = verified(true);
    assertEquals(Optional.of(Duration.ofSeconds(15)), paths.nextIn(nanos));
    Instant handshake = now;
    long rx = 148;
    for (Duration hold : List.of(Duration.ofSeconds(30), Duration.ofSeconds(60))) {
      pass(Duration.ofSeconds(91));
      seen(paths, peer(LATER, handshake, rx));
      assertEquals(State.FALLBACK, path(paths, LATER).state());
      assertFalse(paths.use(LATER, nanos).tunnelled());
      pass(Duration.ofSeconds(60));
      // Heard, but without a handshake.
      rx += 148;
      seen(paths, peer(LATER, handshake, rx));
      pass(Duration.ofSeconds(60));
      rx += 148;
      seen(paths, peer(LATER, handshake, rx));
      assertEquals(State.FALLBACK, path(paths, LATER).state());

      handshake = now;
      rx += 148;
      seen(paths, peer(LATER, handshake, rx));
      pass(hold.minusSeconds(1));
      rx += 32;
      seen(paths, peer(LATER, handshake, rx));
      assertEquals(State.FALLBACK, path(paths, LATER).state(), "before " + hold);
      pass(Duration.ofSeconds(1));
      rx += 32;
      seen(paths, peer(LATER, handshake, rx));
      assertEquals(State.VERIFIED, path(paths, LATER).state(), "after " + hold);
    }
  }

  @Test
  void aPeerThatFallsSilentWhileItIsHeldHasToBeginAgain() {
    PeerPaths paths = verified(true);
    Instant first = now;
    pass(Duration.ofSeconds(91));
    seen(paths, peer(LATER, first, 148));
    Instant second = now;
    seen(paths, peer(LATER, second, 300));
    pass(Duration.ofSeconds(91));
    seen(paths, peer(LATER, second, 300));
    pass(Duration.ofSeconds(100));
    seen(paths, peer(LATER, second, 400));
    assertEquals(State.FALLBACK, path(paths, LATER).state());
  }

  @Test
  void whatWasInUseIsAdopted() {
    PeerPaths paths = paths(false);
    Peer shaken = peer(key(11), EPOCH, 100);
    Peer routed = peer(key(12), null, 0);
    Peer neither = peer(key(13), null, 0);
    paths.adopt(List.of(shaken, routed, neither), true, routed::equals, now, nanos);
    paths.planned(
        List.of(desired("b", key(11)), desired("c", key(12)), desired("d", key(13))), now, nanos);
    assertEquals(State.VERIFIED, path(paths, key(11)).state());
    assertEquals(Reason.ADOPTED, path(paths, key(11)).reason());
    assertEquals(State.VERIFIED, path(paths, key(12)).state());
    assertEquals(State.UNVERIFIED, path(paths, key(13)).state());
  }

  @Test
  void withAnotherKeyOfItsOwnNothingIsAdoptedUntilThePeersHaveShakenHandsWithIt() {
    PeerPaths paths = paths(false);
    paths.adopt(List.of(peer(LATER, EPOCH, 100)), false, peer -> true, now, nanos);
    paths.planned(List.of(desired("b", LATER)), now, nanos);
    assertEquals(State.UNVERIFIED, path(paths, LATER).state());
    assertEquals(Reason.OWN_KEY_CHANGED, path(paths, LATER).reason());
    seen(paths, peer(LATER, EPOCH, 100));
    assertEquals(State.UNVERIFIED, path(paths, LATER).state(), "the handshake was the old key's");
    seen(paths, peer(LATER, now.plusSeconds(1), 250));
    assertEquals(State.VERIFIED, path(paths, LATER).state());
  }

  @Test
  void aPairThatHadFallenBackIsNotTakenForVerifiedAfterARestart() {
    PeerPaths paths = paths(true);
    Peer fallen = peer(LATER, EPOCH, 100);
    Peer routed = peer(key(12), EPOCH, 100);
    paths.adopt(List.of(fallen, routed), true, routed::equals, now, nanos);
    assertEquals(State.UNVERIFIED, path(paths, LATER).state());
    assertEquals(State.VERIFIED, path(paths, key(12)).state());
  }
}
