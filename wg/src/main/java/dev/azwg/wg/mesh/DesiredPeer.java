package dev.azwg.wg.mesh;

import dev.azwg.ipam.address.IpPrefix;
import dev.azwg.wg.device.Endpoint;
import dev.azwg.wg.key.PublicKey;
import java.util.Collections;
import java.util.Objects;
import java.util.SortedSet;
import java.util.TreeSet;

/** A peer as the device should have it. */
public record DesiredPeer(
    String node, PublicKey publicKey, Endpoint endpoint, SortedSet<IpPrefix> allowedIps) {
  public DesiredPeer {
    Objects.requireNonNull(node);
    Objects.requireNonNull(publicKey);
    Objects.requireNonNull(endpoint);
    allowedIps = Collections.unmodifiableSortedSet(new TreeSet<>(allowedIps));
  }
}
