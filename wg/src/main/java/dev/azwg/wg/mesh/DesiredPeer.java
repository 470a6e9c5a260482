package dev.azwg.wg.mesh;

import dev.azwg.ipam.address.IpPrefix;
import dev.azwg.wg.device.Endpoint;
import dev.azwg.wg.key.PublicKey;
import java.util.Objects;
import java.util.SortedSet;

/**
 * A peer as the device should have it.
 *
 * @param node the node it stands for
 * @param allowedIps all that the node holds, also while nothing is routed to it: the peer may have
 *     begun to use the tunnel before this node does
 * @param persistentKeepalive seconds between keepalives, 0 for none
 */
public record DesiredPeer(
    String node,
    PublicKey publicKey,
    Endpoint endpoint,
    SortedSet<IpPrefix> allowedIps,
    int persistentKeepalive) {
  public DesiredPeer {
    Objects.requireNonNull(node);
    Objects.requireNonNull(publicKey);
    Objects.requireNonNull(endpoint);
    allowedIps = SortedPrefixes.copyOf(allowedIps);
  }
}
