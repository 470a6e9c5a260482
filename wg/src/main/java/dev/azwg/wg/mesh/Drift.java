package dev.azwg.wg.mesh;

import java.util.Objects;

/**
 * Something in the kernel that was found other than this node had left it, and that it puts back.
 *
 * @param kind what it is
 * @param detail what was found, for people
 */
public record Drift(Kind kind, String detail) {
  /** What was changed behind our back. */
  public enum Kind {
    /** A rule was deleted, or one that looks up our table and is not ours was added. */
    RULE,
    /** A route was deleted, changed, or put behind somebody else's. */
    ROUTE,
    DEVICE_DELETED,
    DEVICE_RENAMED,
    DEVICE_DOWN,
    DEVICE_MTU,
    DEVICE_ADDRESS,
    /** A peer of ours was removed, or one that is not followed was put back. */
    PEER,
    ALLOWED_IPS,
    /** An endpoint that the peer has not been heard at. */
    ENDPOINT,
    KEEPALIVE,
    /** The device's private key. */
    KEY,
    LISTEN_PORT,
    FWMARK,
    SYSCTL,
    FIREWALL
  }

  public Drift {
    Objects.requireNonNull(kind);
    Objects.requireNonNull(detail);
  }
}
