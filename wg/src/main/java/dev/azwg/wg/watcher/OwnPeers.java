package dev.azwg.wg.watcher;

import dev.azwg.ipam.address.IpPrefix;
import dev.azwg.wg.device.Peer;
import dev.azwg.wg.key.PublicKey;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Tells this node's peers from those that somebody else has put on the device; WireGuard has no
 * mark for it. A peer is ours if this node has added it, or if a record names its key.
 *
 * <p>The keys are written down before they are added and struck out after they are removed, so that
 * a daemon that is killed in between does not take its own peer for another's. The cost follows the
 * changes of peers, not of their addresses.
 */
final class OwnPeers {
  private final OwnPeersFile file;
  private final Log log;
  private @Nullable Set<PublicKey> placed;
  private Set<PublicKey> named = Set.of();
  private boolean written;
  private Set<PublicKey> foreign = Set.of();

  OwnPeers(OwnPeersFile file, Log log) {
    this.file = file;
    this.log = log;
  }

  /**
   * Takes note of what the records name, and the first time of what was there before this process.
   *
   * <p>Where nothing was remembered (a device of a version that did not, or a damaged file) a peer
   * is ours too if it has addresses, and all of them are addresses of the mesh: only a predecessor
   * of ours had a reason to add it. Any other stays, and is reported.
   *
   * @param observed the peers of the device
   * @param inRecords the keys that records name, whether they are followed or not
   * @param inMesh the addresses of the mesh
   */
  void know(Collection<Peer> observed, Set<PublicKey> inRecords, Set<IpPrefix> inMesh) {
    named = inRecords;
    if (placed != null) {
      return;
    }
    try {
      placed = file.read().orElse(null);
      written = placed != null;
    } catch (IOException e) {
      log.warn("it is not known which peers are this node's", "error", e.getMessage());
    }
    if (placed == null) {
      Set<PublicKey> adopted = new HashSet<>();
      for (Peer peer : observed) {
        if (!peer.allowedIps().isEmpty() && inMesh.containsAll(peer.allowedIps())) {
          adopted.add(peer.publicKey());
        }
      }
      placed = adopted;
    }
  }

  /** Whether a peer is this node's to change and to remove. */
  boolean isOurs(PublicKey key) {
    return named.contains(key) || (placed != null && placed.contains(key));
  }

  /** Those peers that are not; each is logged when it is first seen. */
  List<Peer> foreign(Collection<Peer> observed) {
    List<Peer> found = new ArrayList<>();
    Set<PublicKey> keys = new HashSet<>();
    for (Peer peer : observed) {
      if (!isOurs(peer.publicKey())) {
        found.add(peer);
        keys.add(peer.publicKey());
        if (!foreign.contains(peer.publicKey())) {
          log.warn(
              "a peer of the device is not this node's and is left alone",
              "public_key",
              peer.publicKey(),
              "allowed_ips",
              peer.allowedIps().size());
        }
      }
    }
    foreign = keys;
    return found;
  }

  /** Remembers peers that are about to be added. */
  void adding(Set<PublicKey> desired) {
    Set<PublicKey> known = placed;
    if (known != null && known.containsAll(desired)) {
      remember(known);
      return;
    }
    Set<PublicKey> all = new HashSet<>(desired);
    all.addAll(known == null ? Set.of() : known);
    remember(all);
  }

  /** Forgets all but these: the others have been removed. */
  void keeping(Set<PublicKey> desired) {
    Set<PublicKey> known = placed;
    remember(known != null && known.equals(desired) ? known : Set.copyOf(desired));
  }

  /**
   * What cannot be written is remembered as long as this process lives, and written next time:
   * peers that wait for a disk to have room would be reached in the clear, or not at all.
   */
  private void remember(Set<PublicKey> keys) {
    if (written && keys.equals(placed)) {
      return;
    }
    placed = keys;
    try {
      file.write(keys);
      written = true;
    } catch (IOException e) {
      written = false;
      log.warn("this node's peers cannot be written down", "error", e.getMessage());
    }
  }
}
