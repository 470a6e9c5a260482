package dev.azwg.wg.device;

import dev.azwg.ipam.address.IpPrefix;
import dev.azwg.wg.key.PublicKey;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A peer of a device as observed.
 *
 * @param publicKey which peer
 * @param endpoint where encrypted packets are sent to: as configured, or as last seen if the peer
 *     has roamed
 * @param allowedIps which addresses belong to the peer, in the order that the device reports
 * @param lastHandshake when the last handshake was completed, by this node's clock
 * @param rxBytes encrypted bytes received
 * @param txBytes encrypted bytes sent
 * @param persistentKeepalive seconds between keepalives, 0 if off
 * @param hasPresharedKey whether a preshared key is mixed into the handshake
 */
public record Peer(
    PublicKey publicKey,
    Optional<Endpoint> endpoint,
    List<IpPrefix> allowedIps,
    Optional<Instant> lastHandshake,
    long rxBytes,
    long txBytes,
    int persistentKeepalive,
    boolean hasPresharedKey) {
  public Peer {
    allowedIps = List.copyOf(allowedIps);
  }

  /** A peer that has never been talked to, as right after it was configured. */
  public static Peer unseen(
      PublicKey publicKey,
      Optional<Endpoint> endpoint,
      List<IpPrefix> allowedIps,
      int persistentKeepalive) {
    return new Peer(
        publicKey, endpoint, allowedIps, Optional.empty(), 0, 0, persistentKeepalive, false);
  }
}
