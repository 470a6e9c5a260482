package dev.azwg.wg.mesh;

import dev.azwg.ipam.address.IpPrefix;
import dev.azwg.wg.key.PublicKey;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Keeps a peer that is not wanted any more on the device for a moment after nothing is routed to it
 * any more: a device drops what it holds for a peer that is taken away, which on a busy node is
 * many packets, and what the peer sent last is still on its way. One that comes back meanwhile is
 * taken off all the same and begins anew in the next plan: the other side may have lost its
 * sessions, and only a new handshake shows that it has not. Not for use by several threads.
 *
 * <p>Pure: the time is given.
 */
public final class RetiringPeers {
  /** Longer than packets stay in queues. */
  public static final Duration STAY = Duration.ofSeconds(1);

  private record Retiring(DesiredPeer peer, long until) {
    Retiring without(Set<IpPrefix> taken) {
      SortedSet<IpPrefix> left = new TreeSet<>(peer.allowedIps());
      return left.removeAll(taken) ? new Retiring(peer.withAllowedIps(left), until) : this;
    }
  }

  private final Map<PublicKey, Retiring> retiring = new HashMap<>();
  private Map<PublicKey, DesiredPeer> wanted = Map.of();
  private boolean returning;

  /**
   * The plan with those peers that the plan before had and that may not go yet. They keep what no
   * other peer has taken over.
   *
   * @param nanos the monotonic clock
   */
  public DesiredState with(DesiredState planned, long nanos) {
    for (DesiredPeer peer : wanted.values()) {
      if (!planned.peers().containsKey(peer.publicKey())) {
        retiring.putIfAbsent(peer.publicKey(), new Retiring(peer, nanos + STAY.toNanos()));
      }
    }
    Map<PublicKey, DesiredPeer> peers = new HashMap<>(planned.peers());
    returning = peers.keySet().removeAll(retiring.keySet());
    retiring.keySet().removeAll(planned.peers().keySet());
    retiring.values().removeIf(each -> each.until() - nanos <= 0);
    wanted = Map.copyOf(peers);
    if (retiring.isEmpty() && !returning) {
      return planned;
    }
    Set<IpPrefix> taken = new HashSet<>();
    planned.peers().values().forEach(peer -> taken.addAll(peer.allowedIps()));
    retiring.replaceAll((key, each) -> each.without(taken));
    retiring.forEach((key, each) -> peers.put(key, each.peer()));
    return planned.withPeers(peers);
  }

  /** When another plan is needed, from now; empty if no peer goes or returns. */
  public Optional<Duration> nextIn(long nanos) {
    if (returning) {
      return Optional.of(Duration.ZERO);
    }
    Long soonest = null;
    for (Retiring each : retiring.values()) {
      long left = each.until() - nanos;
      soonest = soonest == null ? left : Math.min(soonest, left);
    }
    return soonest == null ? Optional.empty() : Optional.of(Duration.ofNanos(Math.max(0, soonest)));
  }
}
