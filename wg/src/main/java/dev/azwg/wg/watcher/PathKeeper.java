package dev.azwg.wg.watcher;

import dev.azwg.wg.device.Peer;
import dev.azwg.wg.key.PublicKey;
import dev.azwg.wg.mesh.DesiredState;
import dev.azwg.wg.mesh.PeerPath;
import dev.azwg.wg.mesh.PeerPaths;
import dev.azwg.wg.mesh.PeerUse;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * Keeps the paths to the peers up with what the device says, and logs each change once. The device
 * tells nobody that a handshake has succeeded, so it is looked at, but only while one is awaited.
 */
final class PathKeeper {
  private final PeerPaths paths;
  private final Tunnel tunnel;
  private final StatusBoard board;
  private final InstantSource clock;
  private final Log log;
  private boolean adopted;

  PathKeeper(PeerPaths paths, Tunnel tunnel, StatusBoard board, InstantSource clock, Log log) {
    this.paths = paths;
    this.tunnel = tunnel;
    this.board = board;
    this.clock = clock;
    this.log = log;
  }

  /**
   * Takes in what {@link Tunnel#observe} has found; the first time it is adopted.
   *
   * @param published whether the peers may know this node's key: if not, they have no tunnel to it,
   *     whatever this node's device says
   */
  void observed(boolean published) {
    Collection<Peer> peers = tunnel.peers();
    long nanos = System.nanoTime();
    if (adopted) {
      tell(paths.seen(peers, clock.instant(), nanos, 0));
      return;
    }
    paths.adopt(peers, published && tunnel.keyKept(), tunnel::isRouted, clock.instant(), nanos);
    adopted = true;
  }

  /** Looks at the device's peers. */
  void look() throws IOException {
    long start = System.nanoTime();
    Collection<Peer> peers = tunnel.read().peers();
    long end = System.nanoTime();
    tell(paths.seen(peers, clock.instant(), end, end - start));
  }

  /** What planning does with the peer of a key. */
  PeerUse use(PublicKey key) {
    return paths.use(key, System.nanoTime());
  }

  /** Takes note of the peers that the device is about to have. */
  void planned(DesiredState desired) {
    tell(paths.planned(desired.peers().values(), clock.instant(), System.nanoTime()));
    board.paths(paths.snapshot());
  }

  /** Whether the paths are different from those that were planned with. */
  boolean needPlanning() {
    return paths.needPlanning(System.nanoTime());
  }

  /** When to look next; empty if no handshake is awaited. */
  Optional<Duration> nextIn() {
    return paths.nextIn(System.nanoTime());
  }

  private void tell(List<PeerPaths.Change> changes) {
    if (!changes.isEmpty()) {
      board.paths(paths.snapshot());
    }
    for (PeerPaths.Change change : changes) {
      PeerPath path = change.path();
      Object[] fields = {
        "node", change.node(), "path", path.state(), "reason", path.reason(), "since", path.since()
      };
      if (path.reason() == PeerPath.Reason.NOT_HEARD) {
        log.warn("path to a peer changed", fields);
      } else {
        log.info("path to a peer changed", fields);
      }
    }
  }
}
