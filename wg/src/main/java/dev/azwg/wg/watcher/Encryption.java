package dev.azwg.wg.watcher;

import dev.azwg.wg.key.PublicKey;
import dev.azwg.wg.mesh.Claim;
import dev.azwg.wg.mesh.DesiredState;
import dev.azwg.wg.mesh.PeerUse;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** What the reconciler does with the tunnel: uses it, or takes it out of use. */
interface Encryption {
  /** How far it is. */
  enum State {
    /** The tunnel is used. */
    ON,
    /** Nothing is sent into the tunnel, what comes out of it is still taken. */
    DRAINING,
    /** There is no tunnel. */
    OFF
  }

  /** Reads everything that the kernel holds of the tunnel. */
  void observe() throws IOException;

  /**
   * Takes in what {@link #observe} has found.
   *
   * @param published whether the peers may know this node's key
   */
  void observed(boolean published);

  /** Looks at the device's peers only. */
  void look() throws IOException;

  /** When to look next; empty if nothing is waited for. */
  Optional<Duration> nextIn();

  /** Whether what was seen asks for another plan than the last one. */
  boolean needPlanning();

  /** What planning does with the peer of a key. */
  PeerUse use(PublicKey key);

  /**
   * What of the plan is to be applied.
   *
   * @param own the claims of this node
   */
  DesiredState accept(DesiredState planned, List<Claim> own);

  /** Brings the kernel to what {@link #accept} returned. */
  void converge(DesiredState accepted, Evidence evidence) throws IOException;
}
