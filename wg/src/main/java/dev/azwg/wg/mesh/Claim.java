package dev.azwg.wg.mesh;

import dev.azwg.ipam.address.IpPrefix;
import java.time.Instant;
import java.util.Objects;

/**
 * The statement "this address belongs to that node".
 *
 * @param prefix what is claimed: a pod's address as a host prefix, or a range that the platform
 *     guarantees to the node
 * @param since when the claim began; of two claims for the same prefix the newer one holds
 */
public record Claim(IpPrefix prefix, Instant since) {
  public Claim {
    Objects.requireNonNull(prefix);
    Objects.requireNonNull(since);
  }
}
