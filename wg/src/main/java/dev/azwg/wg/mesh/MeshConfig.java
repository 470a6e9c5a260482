package dev.azwg.wg.mesh;

import dev.azwg.ipam.address.IpPrefix;
import dev.azwg.ipam.address.TunnelPolicy;
import java.util.List;
import java.util.Objects;

/**
 * The settings that planning depends on.
 *
 * @param hostScope whether this node's own traffic belongs into the tunnel
 * @param mode what happens to traffic without a tunnel
 * @param neverTunnelled prefixes that no peer may claim besides those that {@code TunnelPolicy}
 *     withholds anyway: the API server, above all
 * @param clusterRanges where the cluster's addresses come from; in strict mode what lies in them
 *     and belongs to no node is refused too. They have no effect in permissive mode
 * @param fabricMtu the largest packet that the network between the nodes carries unfragmented; 0 to
 *     believe the underlay's MTU. Azure's fabric fragments above 1400 bytes and drops fragments
 *     that arrive out of order
 * @param mtu the tunnel's MTU whatever the underlay has; 0 to follow the underlay
 */
public record MeshConfig(
    boolean hostScope,
    Mode mode,
    List<IpPrefix> neverTunnelled,
    List<IpPrefix> clusterRanges,
    int fabricMtu,
    int mtu) {
  /** What Azure's virtual network carries without fragmenting. */
  public static final int AZURE_FABRIC_MTU = 1400;

  /** The largest IPv4 packet. */
  private static final int LARGEST_MTU = 65535;

  public MeshConfig {
    Objects.requireNonNull(mode);
    neverTunnelled = List.copyOf(neverTunnelled);
    clusterRanges = List.copyOf(clusterRanges);
    for (IpPrefix range : clusterRanges) {
      if (TunnelPolicy.forbidding(range) != null) {
        throw new IllegalArgumentException(range + " holds addresses that are never tunnelled");
      }
    }
    if (fabricMtu != 0 && fabricMtu < TunnelMtu.MINIMUM_UNDERLAY) {
      throw new IllegalArgumentException("fabric MTU below " + TunnelMtu.MINIMUM_UNDERLAY);
    }
    if (mtu != 0 && (mtu < TunnelMtu.MINIMUM || mtu > LARGEST_MTU)) {
      throw new IllegalArgumentException(
          "is neither 0 nor an MTU from " + TunnelMtu.MINIMUM + " to " + LARGEST_MTU);
    }
  }

  /** Without cluster ranges, and with an MTU that follows the underlay. */
  public MeshConfig(boolean hostScope, Mode mode, List<IpPrefix> neverTunnelled, int fabricMtu) {
    this(hostScope, mode, neverTunnelled, List.of(), fabricMtu, 0);
  }
}
