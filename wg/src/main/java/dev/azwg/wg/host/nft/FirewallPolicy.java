package dev.azwg.wg.host.nft;

import dev.azwg.ipam.address.IpPrefix;
import dev.azwg.wg.mesh.Mode;
import java.util.List;
import java.util.Objects;

/**
 * What the rules of the table depend on, all but the addresses of the nodes.
 *
 * @param device the WireGuard device
 * @param listenPort its UDP port
 * @param fwmark the mark of encrypted packets, used as its own mask
 * @param hostScope whether the node's own traffic belongs into the tunnel
 * @param mode whether what is not encrypted is refused or only counted
 * @param clusterRanges what is refused even if no node holds it; strict mode only
 * @param exempt what is never tunnelled and never refused
 */
public record FirewallPolicy(
    String device,
    int listenPort,
    int fwmark,
    boolean hostScope,
    Mode mode,
    List<IpPrefix> clusterRanges,
    List<IpPrefix> exempt) {
  public FirewallPolicy {
    Objects.requireNonNull(device);
    Objects.requireNonNull(mode);
    clusterRanges = List.copyOf(clusterRanges);
    exempt = List.copyOf(exempt);
  }

  /** Whether what is not encrypted is refused. */
  boolean strict() {
    return mode == Mode.STRICT;
  }
}
