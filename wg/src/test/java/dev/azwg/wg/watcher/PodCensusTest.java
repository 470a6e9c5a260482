package dev.azwg.wg.watcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.azwg.ipam.address.AddressException;
import dev.azwg.ipam.address.IpPrefix;
import dev.azwg.wg.mesh.Claim;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PodCensusTest {
  private static final Instant START = Instant.parse("2026-03-01T12:00:00Z");
  private static final long GRACE = PodCensus.GRACE.toNanos();

  private final PodCensus census = new PodCensus();
  private final Set<IpPrefix> published = new HashSet<>();
  private long nanos = Long.MAX_VALUE - 1; // The monotonic clock may overflow.

  private static IpPrefix address(String text) {
    try {
      return IpPrefix.ofHost(text);
    } catch (AddressException e) {
      throw new IllegalArgumentException(e);
    }
  }

  private boolean take(Set<IpPrefix> routed, Set<IpPrefix> attached) {
    return census.take(
        routed,
        attached,
        each -> published.contains(each) ? Optional.of(START.minusSeconds(60)) : Optional.empty(),
        START,
        nanos);
  }

  private final IpPrefix one = address("10.244.1.5");
  private final IpPrefix two = address("fd00::5");

  @Test
  void aPodWithoutAttachmentIsClaimedAfterTheGrace() {
    assertFalse(take(Set.of(one, two), Set.of(two)));
    assertEquals(Optional.of(PodCensus.GRACE), census.nextIn(nanos));
    nanos += GRACE - 1;
    assertFalse(take(Set.of(one, two), Set.of(two)));
    nanos += 1;
    assertTrue(take(Set.of(one, two), Set.of(two)));
    assertEquals(Set.of(one), census.missed());
    assertEquals(Optional.empty(), census.nextIn(nanos));
    Claim attached = new Claim(two, START);
    assertEquals(List.of(new Claim(one, START), attached), census.with(List.of(attached)));
    assertFalse(take(Set.of(one, two), Set.of(two)), "nothing new");
  }

  @Test
  void anAddUnderWayAndADelUnderWayAreNoMissedPods() {
    take(Set.of(one), Set.of());
    nanos += GRACE / 2;
    take(Set.of(one), Set.of(one));
    nanos += GRACE;
    take(Set.of(one), Set.of());
    assertEquals(Set.of(), census.missed(), "DEL: the plugin goes before azure-vnet");
    nanos += GRACE / 2;
    take(Set.of(), Set.of());
    assertEquals(Optional.empty(), census.nextIn(nanos));
  }

  @Test
  void theClaimEndsWithTheRouteOrWithAnAttachment() {
    take(Set.of(one, two), Set.of());
    nanos += GRACE;
    take(Set.of(one, two), Set.of());
    assertTrue(take(Set.of(one, two), Set.of(one)));
    assertEquals(Set.of(two), census.missed());
    assertTrue(take(Set.of(one), Set.of(one)));
    assertEquals(Set.of(), census.missed());
  }

  @Test
  void whatTheRecordClaimsAlreadyIsNotGivenUpWhenTheWatcherStarts() {
    published.add(one);
    assertTrue(take(Set.of(one, two), Set.of()));
    assertEquals(Set.of(one), census.missed());
    assertEquals(List.of(new Claim(one, START.minusSeconds(60))), census.with(List.of()));
  }

  @Test
  void forbiddenAddressesAreNeverClaimed() {
    assertFalse(take(Set.of(address("169.254.1.1"), address("168.63.129.16")), Set.of()));
    nanos += Duration.ofHours(1).toNanos();
    take(Set.of(address("169.254.1.1"), address("168.63.129.16")), Set.of());
    assertEquals(Set.of(), census.missed());
  }
}
