package dev.azwg.wg.mesh;

import dev.azwg.ipam.address.IpPrefix;
import dev.azwg.wg.device.Endpoint;
import dev.azwg.wg.device.Peer;
import dev.azwg.wg.key.PublicKey;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What somebody else has done to the peers of the device. What this node itself is about to change
 * is none of it, and neither is roaming: WireGuard follows a peer to where it is heard from.
 */
public final class PeerDrift {
  /**
   * REJECT_AFTER_TIME of WireGuard's paper: no session is older, so a handshake younger than this
   * was made by a peer that is still being heard.
   */
  private static final Duration SESSION = Duration.ofMinutes(3);

  private PeerDrift() {}

  /**
   * Peers with the endpoint of those that have roamed replaced by the one they were configured
   * with, so that it is left alone: a peer with a live session is heard at its present endpoint, or
   * corrects it with its next packet.
   *
   * @param left the peers as this node left them; empty if it does not know
   * @param desired a peer whose record names another endpoint than before is given that one
   */
  public static List<Peer> followRoaming(
      Collection<Peer> observed,
      Map<PublicKey, DesiredPeer> left,
      Map<PublicKey, DesiredPeer> desired,
      Instant now) {
    List<Peer> peers = new ArrayList<>(observed.size());
    for (Peer peer : observed) {
      DesiredPeer wanted = desired.get(peer.publicKey());
      DesiredPeer before = left.get(peer.publicKey());
      if (wanted == null || !isRoaming(peer, before, wanted, now)) {
        peers.add(peer);
      } else {
        peers.add(withEndpoint(peer, wanted.endpoint()));
      }
    }
    return peers;
  }

  /**
   * The differences between the peers as they were left and as they are found, without those that
   * are wanted now.
   *
   * @param observed after {@link #followRoaming}
   * @param ours whether a peer is this node's to judge
   */
  public static List<Drift> between(
      Map<PublicKey, DesiredPeer> left,
      Collection<Peer> observed,
      Map<PublicKey, DesiredPeer> desired,
      Predicate<PublicKey> ours) {
    List<Drift> drifts = new ArrayList<>();
    Map<PublicKey, Peer> found = HashMap.newHashMap(observed.size());
    for (Peer peer : observed) {
      PublicKey key = peer.publicKey();
      found.put(key, peer);
      if (!left.containsKey(key) && !desired.containsKey(key) && ours.test(key)) {
        drifts.add(new Drift(Drift.Kind.PEER, key + " was added, and is not followed"));
      }
    }
    for (DesiredPeer before : left.values()) {
      DesiredPeer wanted = desired.get(before.publicKey());
      Peer peer = found.get(before.publicKey());
      if (wanted == null) {
        continue;
      }
      if (peer == null) {
        drifts.add(new Drift(Drift.Kind.PEER, name(before) + " was removed"));
      } else {
        compare(before, peer, wanted, drifts);
      }
    }
    return drifts;
  }

  private static void compare(
      DesiredPeer before, Peer found, DesiredPeer wanted, List<Drift> drifts) {
    int taken = 0;
    Set<IpPrefix> has = new HashSet<>(found.allowedIps());
    for (IpPrefix prefix : before.allowedIps()) {
      taken += wanted.allowedIps().contains(prefix) && !has.contains(prefix) ? 1 : 0;
    }
    has.removeAll(before.allowedIps());
    has.removeAll(wanted.allowedIps());
    if (taken > 0 || !has.isEmpty()) {
      drifts.add(
          new Drift(
              Drift.Kind.ALLOWED_IPS,
              name(before) + " lacked " + taken + " and had " + has.size() + " that are not its"));
    }
    Optional<Endpoint> endpoint = found.endpoint();
    if (before.endpoint().equals(wanted.endpoint())
        && !endpoint.equals(Optional.of(before.endpoint()))) {
      drifts.add(
          new Drift(
              Drift.Kind.ENDPOINT,
              name(before) + " was at " + endpoint.map(Endpoint::toString).orElse("none")));
    }
    if (before.persistentKeepalive() == wanted.persistentKeepalive()
        && found.persistentKeepalive() != before.persistentKeepalive()) {
      drifts.add(
          new Drift(
              Drift.Kind.KEEPALIVE, name(before) + " had " + found.persistentKeepalive() + " s"));
    }
  }

  private static String name(DesiredPeer peer) {
    return "peer " + peer.node();
  }

  private static boolean isRoaming(
      Peer peer, @Nullable DesiredPeer before, DesiredPeer wanted, Instant now) {
    return (before == null || before.endpoint().equals(wanted.endpoint()))
        && peer.endpoint().isPresent()
        && isLive(peer, now);
  }

  private static boolean isLive(Peer peer, Instant now) {
    return peer.lastHandshake().filter(at -> at.plus(SESSION).isAfter(now)).isPresent();
  }

  private static Peer withEndpoint(Peer peer, Endpoint endpoint) {
    return new Peer(
        peer.publicKey(),
        Optional.of(endpoint),
        peer.allowedIps(),
        peer.lastHandshake(),
        peer.rxBytes(),
        peer.txBytes(),
        peer.persistentKeepalive(),
        peer.hasPresharedKey());
  }
}
