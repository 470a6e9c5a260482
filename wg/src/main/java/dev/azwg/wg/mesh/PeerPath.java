package dev.azwg.wg.mesh;

import dev.azwg.wg.device.Peer;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;

/**
 * Whether the tunnel to one peer carries traffic, and why. A tunnel is used once a handshake has
 * shown that both sides have each other's key and that the encrypted packets get through; from then
 * on it stays in use, whatever becomes of it, unless the policy allows to fall back.
 *
 * <p>Whether something has happened is told by a counter or date of the device being different from
 * before, and how long ago by the monotonic clock: a clock that is wrong or is set decides nothing.
 *
 * @param state where traffic goes
 * @param reason why it is so
 * @param since when the state began, by the wall clock: for people
 * @param entered the same in nanoseconds of the monotonic clock
 * @param sight what was last seen of the peer
 * @param steadySince in {@code FALLBACK}, since when the peer has been working again, as monotonic
 *     nanoseconds; empty while it has not
 * @param falls how often this peer has fallen back
 */
public record PeerPath(
    State state,
    Reason reason,
    Instant since,
    long entered,
    Sight sight,
    Optional<Long> steadySince,
    int falls) {
  /** Where traffic to a peer goes. */
  public enum State {
    /** Not into the tunnel: no handshake has succeeded with this key. */
    UNVERIFIED(false),
    /** Into the tunnel. */
    VERIFIED(true),
    /** Into the tunnel still, although the peer is not heard any more. */
    SILENT(true),
    /** Not into the tunnel: the peer was not heard any more and the policy allows it. */
    FALLBACK(false);

    private final boolean tunnelled;

    State(boolean tunnelled) {
      this.tunnelled = tunnelled;
    }

    /** Whether traffic to the peer is routed into the tunnel. */
    public boolean isTunnelled() {
      return tunnelled;
    }
  }

  /** What led to a state. */
  public enum Reason {
    /** The peer is new on the device. */
    NEW_PEER,
    /** The node has another key than before. */
    KEY_CHANGED,
    /** This node has another key than the device had. */
    OWN_KEY_CHANGED,
    /** A handshake has succeeded. */
    HANDSHAKE,
    /** The tunnel was in use before this process began. */
    ADOPTED,
    /** Nothing authentic has been received for too long, or no handshake has succeeded. */
    NOT_HEARD
  }

  /**
   * What was last seen of a peer on the device.
   *
   * @param handshake the date of the last handshake
   * @param rxBytes the received bytes, all of them authentic
   * @param shakenAt when the date was first seen to be what it is, monotonic nanoseconds
   * @param heardAt when the bytes were
   */
  public record Sight(Optional<Instant> handshake, long rxBytes, long shakenAt, long heardAt) {
    /** What is known of a peer that the device does not have yet. */
    public static Sight none(long nanos) {
      return new Sight(Optional.empty(), 0, nanos, nanos);
    }

    static Sight of(Peer peer, long nanos) {
      return new Sight(peer.lastHandshake(), peer.rxBytes(), nanos, nanos);
    }

    boolean shakenIn(Peer peer) {
      // A peer that was taken off the device and put back has lost its date.
      return peer.lastHandshake().isPresent() && !peer.lastHandshake().equals(handshake);
    }

    Sight next(Peer peer, long nanos) {
      return new Sight(
          peer.lastHandshake(),
          peer.rxBytes(),
          shakenIn(peer) ? nanos : shakenAt,
          peer.rxBytes() > rxBytes || shakenIn(peer) ? nanos : heardAt);
    }

    boolean silent(PathPolicy policy, long nanos) {
      return nanos - heardAt > policy.silence().toNanos()
          || nanos - shakenAt > policy.staleness().toNanos();
    }
  }

  /** Two initiations (REKEY_TIMEOUT) without an answer are no coincidence any more. */
  private static final long PATIENCE = Duration.ofSeconds(11).toNanos();

  public PeerPath {
    Objects.requireNonNull(state);
    Objects.requireNonNull(reason);
    Objects.requireNonNull(since);
    Objects.requireNonNull(sight);
    Objects.requireNonNull(steadySince);
  }

  /** A path that begins. */
  static PeerPath begin(State state, Reason reason, Sight sight, Instant now, long nanos) {
    return new PeerPath(state, reason, now, nanos, sight, Optional.empty(), 0);
  }

  /**
   * The path after a look at the device.
   *
   * @param peer what the device says of the peer
   * @param now the wall clock, for {@link #since}
   * @param nanos the monotonic clock
   */
  PeerPath next(Peer peer, PathPolicy policy, Instant now, long nanos) {
    boolean shaken = sight.shakenIn(peer);
    PeerPath seen = withSight(sight.next(peer, nanos));
    boolean silent = seen.sight.silent(policy, nanos);
    return switch (state) {
      case UNVERIFIED ->
          shaken
              ? seen.enter(State.VERIFIED, Reason.HANDSHAKE, now, nanos)
              : nanos - entered > PATIENCE ? seen.withReason(Reason.NOT_HEARD) : seen;
      case VERIFIED ->
          silent
              ? seen.enter(
                  policy.fallback() ? State.FALLBACK : State.SILENT, Reason.NOT_HEARD, now, nanos)
              : seen;
      case SILENT ->
          policy.fallback()
              ? seen.enter(State.FALLBACK, Reason.NOT_HEARD, now, nanos)
              : silent ? seen : seen.enter(State.VERIFIED, Reason.HANDSHAKE, now, nanos);
      case FALLBACK -> seen.afterFall(shaken, silent, policy, now, nanos);
    };
  }

  /** Back into the tunnel only after a new handshake and some time of working. */
  private PeerPath afterFall(
      boolean shaken, boolean silent, PathPolicy policy, Instant now, long nanos) {
    if (silent || (steadySince.isEmpty() && !shaken)) {
      return withSteadySince(Optional.empty());
    }
    long from = steadySince.orElse(nanos);
    long factor = Math.min(1L << Math.min(falls - 1, 30), PathPolicy.LONGEST_HOLD_FACTOR);
    return nanos - from >= policy.hold().multipliedBy(factor).toNanos()
        ? enter(State.VERIFIED, Reason.HANDSHAKE, now, nanos)
        : withSteadySince(Optional.of(from));
  }

  private PeerPath enter(State to, Reason why, Instant now, long nanos) {
    return new PeerPath(
        to, why, now, nanos, sight, Optional.empty(), to == State.FALLBACK ? falls + 1 : falls);
  }

  private PeerPath withReason(Reason other) {
    return new PeerPath(state, other, since, entered, sight, steadySince, falls);
  }

  private PeerPath withSight(Sight other) {
    return new PeerPath(state, reason, since, entered, other, steadySince, falls);
  }

  private PeerPath withSteadySince(Optional<Long> other) {
    return new PeerPath(state, reason, since, entered, sight, other, falls);
  }
}
