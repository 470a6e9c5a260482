package dev.azwg.wg.watcher;

import dev.azwg.ipam.address.IpPrefix;
import dev.azwg.ipam.address.PrefixSet;
import dev.azwg.wg.mesh.Claim;
import dev.azwg.wg.mesh.PeerRecord;
import java.net.InetAddress;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Claims this node's pool, and finds out which pods need no claim of their own because of it. Every
 * node leads an address to the longest prefix that has it, so a pod's address that lies in the pool
 * is led here without one, unless another node claims it as precisely or more so: then the pod's
 * own claim has to decide, which is dated later than the pool's.
 *
 * <p>What other nodes would not believe is not claimed, for they would refuse the whole range with
 * it: node addresses, and what must never be in the tunnel.
 *
 * <p>Pure: what is there and the time are given. What follows from the pool and the records alone
 * is kept, so that a pod costs its own size.
 */
final class PoolClaims {
  /** Half of what a record may claim; the rest is for pods. */
  static final int MOST = 2048;

  private final PrefixSet neverTunnelled;
  private final ClaimDates dates = new ClaimDates();
  private Map<IpPrefix, Instant> firstSeen = new HashMap<>();
  private @Nullable Basis last;

  /**
   * What the claims of one pool follow from.
   *
   * @param claimable the pool without what others would not believe
   * @param contested what other nodes claim of it
   */
  private record Basis(
      PrefixSet pool,
      List<InetAddress> nodeAddresses,
      long generation,
      PrefixSet claimable,
      PrefixSet contested) {
    boolean isOf(PrefixSet pool, List<InetAddress> nodeAddresses, long generation) {
      return this.generation == generation
          && this.pool.equals(pool)
          && this.nodeAddresses.equals(nodeAddresses);
    }
  }

  /**
   * No claims yet.
   *
   * @param neverTunnelled prefixes that no node believes in a claim
   */
  PoolClaims(Collection<IpPrefix> neverTunnelled) {
    this.neverTunnelled = PrefixSet.of(neverTunnelled);
  }

  /**
   * The claims of a node.
   *
   * @param pool what the platform has given to it
   * @param nodeAddresses its own addresses
   * @param pods the claims of its pods, dated
   * @param published its record in the datastore: what it claimed before keeps its date
   * @param others the records of the other nodes
   * @param generation another number whenever these are others than before
   * @param now the wall clock
   */
  NodeClaims of(
      PrefixSet pool,
      List<InetAddress> nodeAddresses,
      List<Claim> pods,
      @Nullable PeerRecord published,
      List<PeerRecord> others,
      long generation,
      Instant now) {
    if (pool.isEmpty()) {
      firstSeen.clear();
      return new NodeClaims(pods, pods, PrefixSet.EMPTY);
    }
    Basis basis = basis(pool, nodeAddresses, others, generation);
    Map<IpPrefix, Claim> told = new TreeMap<>();
    for (Claim range : dates.date(seen(basis, published, now), published, others, now)) {
      told.put(range.prefix(), range);
    }
    Map<IpPrefix, Claim> all = new TreeMap<>(told);
    for (Claim pod : pods) {
      all.merge(pod.prefix(), pod, PoolClaims::later);
      if (!basis.claimable.covers(pod.prefix()) || basis.contested.covers(pod.prefix())) {
        told.merge(pod.prefix(), pod, PoolClaims::later);
      }
    }
    return new NodeClaims(List.copyOf(all.values()), List.copyOf(told.values()), basis.claimable);
  }

  private static Claim later(Claim one, Claim other) {
    return other.since().isAfter(one.since()) ? other : one;
  }

  /** The ranges, each since when this node has first seen it in its pool. */
  private List<Claim> seen(Basis basis, @Nullable PeerRecord published, Instant now) {
    Map<IpPrefix, Instant> before = new HashMap<>();
    if (published != null) {
      published.claims().forEach(claim -> before.put(claim.prefix(), claim.since()));
    }
    Map<IpPrefix, Instant> seen = new HashMap<>();
    List<Claim> ranges = new ArrayList<>();
    for (IpPrefix prefix : basis.claimable.prefixes()) {
      Instant since = firstSeen.getOrDefault(prefix, before.getOrDefault(prefix, now));
      seen.put(prefix, since);
      ranges.add(new Claim(prefix, since));
    }
    firstSeen = seen;
    return ranges;
  }

  private Basis basis(
      PrefixSet pool, List<InetAddress> nodeAddresses, List<PeerRecord> others, long generation) {
    Basis known = last;
    if (known != null && known.isOf(pool, nodeAddresses, generation)) {
      return known;
    }
    List<IpPrefix> unbelievable = new ArrayList<>(neverTunnelled.prefixes());
    nodeAddresses.forEach(address -> unbelievable.add(IpPrefix.hostOf(address)));
    for (PeerRecord record : others) {
      for (InetAddress address : record.nodeAddresses()) {
        IpPrefix host = IpPrefix.hostOf(address);
        if (pool.covers(host)) {
          unbelievable.add(host);
        }
      }
    }
    PrefixSet claimable = pool.minus(PrefixSet.of(unbelievable));
    if (claimable.prefixes().size() > MOST) {
      claimable = PrefixSet.EMPTY;
    }
    List<IpPrefix> contested = new ArrayList<>();
    for (PeerRecord record : others) {
      for (Claim claim : record.claims()) {
        if (claimable.covers(claim.prefix())) {
          contested.add(claim.prefix());
        }
      }
    }
    Basis found = new Basis(pool, nodeAddresses, generation, claimable, PrefixSet.of(contested));
    last = found;
    return found;
  }
}
