package dev.azwg.wg.watcher;

import dev.azwg.ipam.address.IpPrefix;
import dev.azwg.ipam.address.TunnelPolicy;
import dev.azwg.wg.mesh.Claim;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * Finds the pods that the plugin has not been called for: those that started before azwg was
 * installed, or while the plugin was missing in the runtime's list. Such an address is claimed for
 * as long as the kernel has its route, once it has been without an attachment for longer than the
 * plugin may be late; azure-vnet makes the route before the plugin is called, and removes it after.
 *
 * <p>Pure: what is there and the time are given.
 */
final class PodCensus {
  /** More than a chain of plugins takes between azure-vnet and azwg. */
  static final Duration GRACE = Duration.ofSeconds(5);

  /**
   * An address without an attachment.
   *
   * @param since for the claim
   * @param claimable in nanoseconds of the monotonic clock
   */
  private record Sighting(Instant since, long claimable) {}

  private final Map<IpPrefix, Sighting> unattached = new HashMap<>();
  private Set<IpPrefix> missed = Set.of();

  /**
   * Takes the census anew.
   *
   * @param routed the addresses of pods that the kernel has routes to
   * @param attached the addresses of the attachments
   * @param claimedBefore since when this node's record has claimed an address: one that it claims
   *     already is not given up for the length of the grace
   * @param now for the date of new claims
   * @param nanos the monotonic clock, {@code System.nanoTime()}
   * @return whether {@link #missed} is different now
   */
  boolean take(
      Set<IpPrefix> routed,
      Set<IpPrefix> attached,
      Function<IpPrefix, Optional<Instant>> claimedBefore,
      Instant now,
      long nanos) {
    unattached.keySet().removeIf(each -> !routed.contains(each) || attached.contains(each));
    for (IpPrefix address : routed) {
      if (!attached.contains(address)
          && !unattached.containsKey(address)
          && TunnelPolicy.forbidding(address) == null) {
        Optional<Instant> before = claimedBefore.apply(address);
        unattached.put(
            address,
            new Sighting(before.orElse(now), before.isPresent() ? nanos : nanos + GRACE.toNanos()));
      }
    }
    Set<IpPrefix> found = new HashSet<>();
    unattached.forEach((address, sighting) -> {
      if (nanos - sighting.claimable() >= 0) {
        found.add(address);
      }
    });
    boolean changed = !found.equals(missed);
    missed = found;
    return changed;
  }

  /** The claims of this node: those of the attachments, and the missed pods. */
  List<Claim> with(List<Claim> attachments) {
    if (missed.isEmpty()) {
      return attachments;
    }
    List<Claim> all = new ArrayList<>(attachments);
    Set<IpPrefix> claimed = new HashSet<>();
    attachments.forEach(claim -> claimed.add(claim.prefix()));
    unattached.forEach((address, sighting) -> {
      if (missed.contains(address) && !claimed.contains(address)) {
        all.add(new Claim(address, sighting.since()));
      }
    });
    all.sort(Comparator.comparing(Claim::prefix));
    return all;
  }

  /** The addresses that are claimed without an attachment. */
  Set<IpPrefix> missed() {
    return missed;
  }

  /** When {@link #take} may find more, in nanoseconds from now; empty if nothing is waited for. */
  Optional<Duration> nextIn(long nanos) {
    return unattached.entrySet().stream()
        .filter(entry -> !missed.contains(entry.getKey()))
        .map(entry -> entry.getValue().claimable() - nanos)
        .min(Comparator.naturalOrder())
        .map(left -> Duration.ofNanos(Math.max(0, left)));
  }
}
