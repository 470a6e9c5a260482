package dev.azwg.wg.mesh;

import dev.azwg.wg.key.PublicKey;
import java.net.InetAddress;
import java.util.List;
import java.util.Objects;

/**
 * What planning knows of the node it plans for.
 *
 * @param name the node's name
 * @param publicKey its key
 * @param addresses its own addresses, the one that peers send to first
 * @param claims what the platform has given to it, and the addresses of its pods
 * @param underlayMtu the MTU in bytes of the NIC that carries the encrypted packets
 */
public record LocalNode(
    String name,
    PublicKey publicKey,
    List<InetAddress> addresses,
    List<Claim> claims,
    int underlayMtu) {
  public LocalNode {
    Objects.requireNonNull(name);
    Objects.requireNonNull(publicKey);
    addresses = List.copyOf(addresses);
    claims = List.copyOf(claims);
  }
}
