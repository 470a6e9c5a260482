package dev.azwg.wg.mesh;

import dev.azwg.wg.device.Peer;
import dev.azwg.wg.key.PublicKey;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The paths to all peers, and when to look at the device for them. Not for use by several threads.
 *
 * <p>Pure: what the device says and the time are given.
 */
public final class PeerPaths {
  /**
   * A path that is different from before.
   *
   * @param node the peer's node; empty if it is not known any more
   * @param path what it is now
   */
  public record Change(String node, PeerPath path) {}

  /** A handshake takes one round trip, so the first looks come soon. */
  private static final long FIRST_LOOK = Duration.ofMillis(50).toNanos();

  /** How late a first handshake is noticed at most, unless looking is expensive. */
  private static final long LAST_LOOK = Duration.ofSeconds(2).toNanos();

  /** Looking takes at most this part of the time. */
  private static final int DUTY = 20;

  /** How often it is looked for silence where that has consequences. */
  private static final int LOOKS_PER_SILENCE = 6;

  private final PublicKey self;
  private final PathPolicy policy;
  private Map<PublicKey, PeerPath> paths = new HashMap<>();
  private Map<PublicKey, String> nodes = new HashMap<>();
  private Map<String, PublicKey> keys = new HashMap<>();
  private Map<PublicKey, PeerUse> planned = new HashMap<>();
  private @Nullable Long nextLook;

  /**
   * No paths yet.
   *
   * @param self this node's key
   */
  public PeerPaths(PublicKey self, PathPolicy policy) {
    this.self = self;
    this.policy = policy;
  }

  /**
   * Takes over what the device and the table had when this process began: who is routed into the
   * tunnel, or has shaken hands, is verified.
   *
   * @param sameKey whether the device had this node's present key. If not, no peer can know it yet,
   *     and what was true of the old one says nothing.
   * @param routed whether a peer's addresses are routed into the tunnel
   */
  public void adopt(
      Collection<Peer> observed, boolean sameKey, Predicate<Peer> routed, Instant now, long nanos) {
    for (Peer peer : observed) {
      PeerPath.Sight sight = PeerPath.Sight.of(peer, nanos);
      boolean shaken = peer.lastHandshake().isPresent() && !policy.fallback();
      PeerPath path =
          sameKey && (shaken || routed.test(peer))
              ? PeerPath.begin(PeerPath.State.VERIFIED, PeerPath.Reason.ADOPTED, sight, now, nanos)
              : PeerPath.begin(
                  PeerPath.State.UNVERIFIED,
                  sameKey ? PeerPath.Reason.NEW_PEER : PeerPath.Reason.OWN_KEY_CHANGED,
                  sight,
                  now,
                  nanos);
      paths.put(peer.publicKey(), path);
    }
    nextLook = lookAfter(nanos);
  }

  /**
   * Takes note of a look at the device.
   *
   * @param took how long the look took, in nanoseconds: an expensive one is repeated less often
   * @return the paths whose state or reason is different now
   */
  public List<Change> seen(Collection<Peer> observed, Instant now, long nanos, long took) {
    List<Change> changes = new ArrayList<>();
    for (Peer peer : observed) {
      PeerPath before = paths.get(peer.publicKey());
      if (before != null) {
        PeerPath after = before.next(peer, policy, now, nanos);
        paths.put(peer.publicKey(), after);
        if (after.state() != before.state() || after.reason() != before.reason()) {
          changes.add(new Change(nodes.getOrDefault(peer.publicKey(), ""), after));
        }
      }
    }
    nextLook = lookAfter(nanos);
    if (nextLook != null) {
      nextLook = Math.max(nextLook, nanos + DUTY * took);
    }
    return changes;
  }

  /**
   * Takes note of the peers that the device has been given. One whose key was not there before
   * begins unverified; one that is not wanted any more is forgotten.
   *
   * @return the paths that have begun
   */
  public List<Change> planned(Collection<DesiredPeer> peers, Instant now, long nanos) {
    List<Change> changes = new ArrayList<>();
    Map<PublicKey, PeerPath> kept = HashMap.newHashMap(peers.size());
    Map<PublicKey, String> names = HashMap.newHashMap(peers.size());
    Map<String, PublicKey> current = HashMap.newHashMap(peers.size());
    Map<PublicKey, PeerUse> uses = HashMap.newHashMap(peers.size());
    for (DesiredPeer peer : peers) {
      PublicKey key = peer.publicKey();
      uses.put(key, use(key, nanos));
      PeerPath path = paths.get(key);
      if (path == null) {
        path =
            PeerPath.begin(
                PeerPath.State.UNVERIFIED,
                keys.containsKey(peer.node())
                    ? PeerPath.Reason.KEY_CHANGED
                    : PeerPath.Reason.NEW_PEER,
                PeerPath.Sight.none(nanos),
                now,
                nanos);
        changes.add(new Change(peer.node(), path));
      }
      kept.put(key, path);
      names.put(key, peer.node());
      current.put(peer.node(), key);
    }
    paths = kept;
    nodes = names;
    keys = current;
    planned = uses;
    Long look = lookAfter(nanos);
    if (look == null || nextLook == null || !changes.isEmpty()) {
      nextLook = look;
    }
    return changes;
  }

  /** Whether planning would do something else now than what {@link #planned} took note of. */
  public boolean needPlanning(long nanos) {
    for (Map.Entry<PublicKey, PeerUse> entry : planned.entrySet()) {
      PeerUse use = use(entry.getKey(), nanos);
      if (!use.equals(entry.getValue())) {
        return true;
      }
    }
    return false;
  }

  /** What planning does with a peer of that key; one that is not known yet is unverified. */
  public PeerUse use(PublicKey key, long nanos) {
    PeerPath path = paths.get(key);
    boolean tunnelled = path != null && path.state().isTunnelled();
    boolean live = path != null && path.state() == PeerPath.State.VERIFIED;
    boolean waits =
        path == null
            ? !first(key)
            : path.state() == PeerPath.State.UNVERIFIED && turn(key, path) - nanos > 0;
    return new PeerUse(
        tunnelled, live, waits ? 0 : Math.toIntExact(policy.keepalive().toSeconds()));
  }

  /** The path of each peer. */
  public Map<PublicKey, PeerPath> snapshot() {
    return Map.copyOf(paths);
  }

  /** When to look at the device next, from now; empty if nothing is waited for. */
  public Optional<Duration> nextIn(long nanos) {
    return nextLook == null
        ? Optional.empty()
        : Optional.of(Duration.ofNanos(Math.max(0, nextLook - nanos)));
  }

  private @Nullable Long lookAfter(long nanos) {
    Long soonest = null;
    for (Map.Entry<PublicKey, PeerPath> entry : paths.entrySet()) {
      Long look = lookAfter(entry.getKey(), entry.getValue(), nanos);
      if (look != null && (soonest == null || look < soonest)) {
        soonest = look;
      }
    }
    return soonest;
  }

  private @Nullable Long lookAfter(PublicKey key, PeerPath path, long nanos) {
    if (path.state() == PeerPath.State.UNVERIFIED) {
      long look = nanos + Math.clamp((nanos - path.entered()) / 2, FIRST_LOOK, LAST_LOOK);
      long turn = turn(key, path);
      return turn - nanos > 0 ? Long.valueOf(Math.min(look, turn)) : Long.valueOf(look);
    }
    return policy.fallback() ? nanos + policy.silence().toNanos() / LOOKS_PER_SILENCE : null;
  }

  /** Whether this node is the one to begin the handshake. */
  private boolean first(PublicKey peer) {
    return self.compareTo(peer) < 0;
  }

  private long turn(PublicKey key, PeerPath path) {
    return first(key) ? path.entered() : path.entered() + policy.turn().toNanos();
  }
}
