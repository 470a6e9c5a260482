package dev.azwg.wg.watcher;

import dev.azwg.ipam.address.IpPrefix;
import dev.azwg.wg.device.Peer;
import dev.azwg.wg.key.PublicKey;
import dev.azwg.wg.mesh.Claim;
import dev.azwg.wg.mesh.DesiredPeer;
import dev.azwg.wg.mesh.DesiredState;
import dev.azwg.wg.mesh.PeerUse;
import dev.azwg.wg.mesh.RouteTarget;
import dev.azwg.wg.mesh.TunnelDrain;
import java.io.IOException;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Takes a tunnel out of use without losing a packet. At once nothing is routed into it any more;
 * then the record says that this node has no key, and peers go around the tunnel as well. What
 * those send who have not heard it yet is still decrypted: device and peers go only when nobody
 * uses them any more. Where there is no device none is made.
 */
final class EncryptionOff implements Encryption {
  /** A peer that has not heard for so long has no watcher, and is cut off. */
  private static final Duration LONGEST_DRAIN = Duration.ofMinutes(10);

  private final Tunnel tunnel;
  private final int persistentKeepalive;
  private final StatusBoard board;
  private final Log log;
  private @Nullable TunnelDrain drain;
  private boolean needPlanning;

  EncryptionOff(Tunnel tunnel, Duration keepalive, StatusBoard board, Log log) {
    this.tunnel = tunnel;
    this.persistentKeepalive = Math.toIntExact(keepalive.toSeconds());
    this.board = board;
    this.log = log;
  }

  @Override
  public void observe() throws IOException {
    tunnel.observeExisting();
  }

  @Override
  public void observed(boolean published) {
    if (drain == null) {
      drain = new TunnelDrain(tunnel.peers(), System.nanoTime(), LONGEST_DRAIN);
      if (!drain.isOver()) {
        log.info("encryption is being switched off", "peers_using_the_tunnel", drain.using());
      }
    } else {
      seen(tunnel.peers());
    }
  }

  @Override
  public void look() throws IOException {
    if (draining() != null) {
      seen(tunnel.read().peers());
    }
  }

  private void seen(Collection<Peer> peers) {
    TunnelDrain going = draining();
    if (going != null && going.look(peers, System.nanoTime())) {
      needPlanning = true;
      if (going.using() > 0) {
        log.warn(
            "peers still use the tunnel and are cut off",
            "peers",
            going.using(),
            "waited",
            LONGEST_DRAIN);
      }
    }
  }

  private @Nullable TunnelDrain draining() {
    return drain == null || drain.isOver() ? null : drain;
  }

  @Override
  public Optional<Duration> nextIn() {
    TunnelDrain going = draining();
    return going == null ? Optional.empty() : Optional.of(going.nextIn(System.nanoTime()));
  }

  @Override
  public boolean needPlanning() {
    return needPlanning;
  }

  @Override
  public PeerUse use(PublicKey key) {
    // As it is on the device, so that nothing is written to it.
    return new PeerUse(false, false, persistentKeepalive);
  }

  /**
   * While peers may use the tunnel, the peers that are on the device, and nothing routed to them.
   * Then nothing but the routes of this node's own pods, which are the plugin's as well.
   */
  @Override
  public DesiredState accept(DesiredState planned, List<Claim> own) {
    Map<PublicKey, DesiredPeer> peers = new HashMap<>();
    SortedMap<IpPrefix, RouteTarget> routes = new TreeMap<>(planned.routes());
    if (draining() != null) {
      Set<PublicKey> present = new HashSet<>();
      tunnel.peers().forEach(peer -> present.add(peer.publicKey()));
      peers.putAll(planned.peers());
      peers.keySet().retainAll(present);
    } else {
      Set<IpPrefix> local = new HashSet<>();
      own.forEach(claim -> local.add(claim.prefix()));
      routes.keySet().retainAll(local);
    }
    return new DesiredState(
        peers,
        routes,
        planned.nodes(),
        planned.peerAddresses(),
        planned.untunnelled(),
        planned.deviceAddresses(),
        planned.mtu(),
        planned.findings());
  }

  @Override
  public void converge(DesiredState accepted, Evidence evidence) throws IOException {
    if (draining() != null) {
      tunnel.converge(accepted, evidence);
      if (board.encryption() == Encryption.State.ON) {
        // Nothing tells when the last packet has arrived. The record is published after this.
        LockSupport.parkNanos(TunnelDrain.IN_FLIGHT.toNanos());
      }
      board.encryption(Encryption.State.DRAINING);
      return;
    }
    tunnel.dismantle(accepted);
    needPlanning = false;
    board.encryption(Encryption.State.OFF);
  }
}
