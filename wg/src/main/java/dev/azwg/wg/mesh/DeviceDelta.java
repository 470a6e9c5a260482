package dev.azwg.wg.mesh;

import dev.azwg.ipam.address.IpPrefix;
import dev.azwg.wg.device.Peer;
import dev.azwg.wg.device.PeerConfig;
import dev.azwg.wg.key.PublicKey;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The changes that turn the peers a device has into those it should have, in an order without a
 * hole: additions first, which also move an address from the peer that had it; then what no other
 * peer took over is removed address by address; peers that are not wanted go last. The list of a
 * live peer is never replaced.
 */
public final class DeviceDelta {
  private DeviceDelta() {}

  /** The same for a device that has no peers of others. */
  public static List<PeerConfig> between(
      Collection<Peer> observed, Collection<DesiredPeer> desired) {
    return between(observed, desired, key -> true);
  }

  /**
   * The changes from what is to what should be. A peer that is not ours is neither removed nor
   * changed, but an address that one of ours should have is taken from it.
   *
   * @param observed the peers that the device has
   * @param desired those it should have
   * @param ours whether a peer that is not desired is this node's to remove
   * @return one change per peer that differs, empty if none does
   */
  public static List<PeerConfig> between(
      Collection<Peer> observed, Collection<DesiredPeer> desired, Predicate<PublicKey> ours) {
    Map<PublicKey, Peer> current = HashMap.newHashMap(observed.size());
    observed.forEach(peer -> current.put(peer.publicKey(), peer));
    Map<PublicKey, DesiredPeer> kept = HashMap.newHashMap(desired.size());
    List<PeerConfig> additions = new ArrayList<>();
    List<PeerConfig> removals = new ArrayList<>();
    for (DesiredPeer peer : desired) {
      kept.put(peer.publicKey(), peer);
      addition(peer, current.get(peer.publicKey()), additions);
    }
    Set<IpPrefix> wanted = null;
    for (Peer peer : observed) {
      DesiredPeer keeps = kept.get(peer.publicKey());
      if (keeps == null) {
        if (ours.test(peer.publicKey())) {
          removals.add(PeerConfig.removal(peer.publicKey()));
        }
        continue;
      }
      SortedSet<IpPrefix> surplus = new TreeSet<>();
      for (IpPrefix prefix : peer.allowedIps()) {
        if (!keeps.allowedIps().contains(prefix)) {
          surplus.add(prefix);
        }
      }
      if (!surplus.isEmpty()) {
        wanted = wanted == null ? allowedIps(desired) : wanted;
        surplus.removeAll(wanted);
      }
      if (!surplus.isEmpty()) {
        // Address removals come before peer removals in the list.
        removals.addFirst(
            PeerConfig.builder(peer.publicKey()).updateOnly().removeAllowedIps(surplus).build());
      }
    }
    List<PeerConfig> changes = new ArrayList<>(additions.size() + removals.size());
    changes.addAll(additions);
    changes.addAll(removals);
    return changes;
  }

  private static Set<IpPrefix> allowedIps(Collection<DesiredPeer> peers) {
    Set<IpPrefix> all = new HashSet<>();
    peers.forEach(peer -> all.addAll(peer.allowedIps()));
    return all;
  }

  private static void addition(DesiredPeer peer, @Nullable Peer current, List<PeerConfig> to) {
    List<IpPrefix> missing = missing(peer, current);
    boolean sameEndpoint = false;
    boolean sameKeepalive = peer.persistentKeepalive() == 0;
    if (current != null) {
      sameEndpoint = current.endpoint().equals(Optional.of(peer.endpoint()));
      sameKeepalive = current.persistentKeepalive() == peer.persistentKeepalive();
    }
    if (current != null && missing.isEmpty() && sameEndpoint && sameKeepalive) {
      return;
    }
    PeerConfig.Builder change = PeerConfig.builder(peer.publicKey()).allowedIps(missing);
    if (!sameEndpoint) {
      change.endpoint(peer.endpoint());
    }
    if (!sameKeepalive) {
      change.persistentKeepalive(peer.persistentKeepalive());
    }
    to.add(change.build());
  }

  private static List<IpPrefix> missing(DesiredPeer peer, @Nullable Peer current) {
    List<IpPrefix> missing = new ArrayList<>();
    if (current == null) {
      missing.addAll(peer.allowedIps());
    } else if (!isSequence(peer.allowedIps(), current.allowedIps())) {
      missing.addAll(peer.allowedIps());
      missing.removeAll(new HashSet<>(current.allowedIps()));
    }
    return missing;
  }

  /** Whether it is the same in the same order, as it is for a peer that this node has left. */
  private static boolean isSequence(SortedSet<IpPrefix> set, List<IpPrefix> list) {
    if (set.size() != list.size()) {
      return false;
    }
    int next = 0;
    for (IpPrefix prefix : set) {
      if (!prefix.equals(list.get(next++))) {
        return false;
      }
    }
    return true;
  }
}
