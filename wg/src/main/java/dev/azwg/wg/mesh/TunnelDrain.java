package dev.azwg.wg.mesh;

import dev.azwg.wg.device.Peer;
import dev.azwg.wg.key.PublicKey;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

/**
 * Tells when a tunnel that this node does not send into any more is not used by its peers any more
 * either, so that it can be taken away. A peer that has not yet heard that it is to go around the
 * tunnel sends into it at least its keepalives; one that has heard sends nothing. So a peer is done
 * when nothing authentic was received from it for longer than the time between two keepalives.
 *
 * <p>Pure: what the device says and the time are given.
 */
public final class TunnelDrain {
  /** Between two looks at the device. */
  public static final Duration LOOK = Duration.ofSeconds(1);

  /**
   * How long what was sent into the tunnel may be on its way through queues and network. A peer
   * that hears that this node has no key takes it off its device at once, and understands none of
   * that any more: so it is told this much later.
   */
  public static final Duration IN_FLIGHT = Duration.ofMillis(300);

  /** How late a keepalive may come: timers and the network. */
  private static final Duration MARGIN = Duration.ofSeconds(3);

  private record Heard(long rxBytes, long at) {}

  private final long begin;
  private final long bound;
  private final Map<PublicKey, Heard> heard = new HashMap<>();
  private int using;
  private long lastLook;
  private boolean over;

  /**
   * Begins to wait.
   *
   * @param peers the device's peers
   * @param nanos the monotonic clock
   * @param bound how long it is waited at most
   */
  public TunnelDrain(Collection<Peer> peers, long nanos, Duration bound) {
    this.begin = nanos;
    this.bound = Objects.requireNonNull(bound).toNanos();
    look(peers, nanos);
  }

  /**
   * Takes note of a look at the device.
   *
   * @return whether the tunnel can be taken away: nobody uses it, or it was waited long enough
   */
  public boolean look(Collection<Peer> peers, long nanos) {
    int count = 0;
    for (Peer peer : peers) {
      Heard before = heard.get(peer.publicKey());
      if (before == null || before.rxBytes() != peer.rxBytes()) {
        before = new Heard(peer.rxBytes(), nanos);
        heard.put(peer.publicKey(), before);
      }
      // Without a session there is nothing that a peer could send.
      if (peer.lastHandshake().isPresent() && nanos - before.at() <= quiet(peer)) {
        count++;
      }
    }
    using = count;
    lastLook = nanos;
    over = over || using == 0 || nanos - begin >= bound;
    return over;
  }

  /** Whether the last look said that the tunnel can be taken away. */
  public boolean isOver() {
    return over;
  }

  /** How many peers may still have used the tunnel at the last look. */
  public int using() {
    return using;
  }

  /** When to look next, from now. */
  public Duration nextIn(long nanos) {
    long due = Math.min(lastLook + LOOK.toNanos(), begin + bound);
    return Duration.ofNanos(Math.max(0, due - nanos));
  }

  /** All nodes of a mesh use the same keepalive, so this node's tells the peer's. */
  private static long quiet(Peer peer) {
    Duration keepalive =
        peer.persistentKeepalive() > 0
            ? Duration.ofSeconds(peer.persistentKeepalive())
            : PathPolicy.standard(false).keepalive();
    return keepalive.plus(MARGIN).toNanos();
  }
}
