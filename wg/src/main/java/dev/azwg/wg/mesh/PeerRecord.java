package dev.azwg.wg.mesh;

import dev.azwg.wg.device.Endpoint;
import dev.azwg.wg.key.PublicKey;
import java.net.InetAddress;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * What a node publishes about itself.
 *
 * @param node the node's name, as Kubernetes knows it
 * @param publicKey the node's WireGuard key; absent while azwg is switched off on the node or has
 *     no working device: its addresses are then reached without a tunnel, or not at all
 * @param keySince when the node began to use this key; of two nodes with the same key and no
 *     incumbent the one that had it first keeps it
 * @param endpoints where the node listens, best first
 * @param nodeAddresses the node's own addresses
 * @param hostScope whether the node's own addresses belong into the tunnel
 * @param mtu the MTU of the node's tunnel in bytes, for whoever compares nodes; 0 if it says none
 * @param claims what the platform has given to it, and the addresses of its pods that are not in
 *     that, or not in that alone
 */
public record PeerRecord(
    String node,
    Optional<PublicKey> publicKey,
    Instant keySince,
    List<Endpoint> endpoints,
    List<InetAddress> nodeAddresses,
    boolean hostScope,
    int mtu,
    List<Claim> claims) {
  public PeerRecord {
    Objects.requireNonNull(node);
    Objects.requireNonNull(publicKey);
    Objects.requireNonNull(keySince);
    endpoints = List.copyOf(endpoints);
    nodeAddresses = List.copyOf(nodeAddresses);
    claims = List.copyOf(claims);
  }

  /** A record that says no MTU. */
  public PeerRecord(
      String node,
      Optional<PublicKey> publicKey,
      Instant keySince,
      List<Endpoint> endpoints,
      List<InetAddress> nodeAddresses,
      boolean hostScope,
      List<Claim> claims) {
    this(node, publicKey, keySince, endpoints, nodeAddresses, hostScope, 0, claims);
  }

  /**
   * What the node publishes while it has no tunnel.
   *
   * @param since when it gave its key up
   */
  public PeerRecord withoutKey(Instant since) {
    return new PeerRecord(
        node, Optional.empty(), since, endpoints, nodeAddresses, hostScope, mtu, claims);
  }
}
