package dev.azwg.wg.mesh;

import dev.azwg.ipam.address.IpPrefix;
import dev.azwg.wg.key.PublicKey;
import java.net.InetAddress;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What the kernel of one node should hold for the mesh.
 *
 * @param peers by public key
 * @param routes the content of the WireGuard table
 * @param nodes where the addresses of each other node lead
 * @param peerAddresses where the encrypted packets of peers come from, as host prefixes
 * @param untunnelled what other nodes hold and no tunnel leads to: it is reached in the clear, or
 *     refused
 * @param deviceAddresses the addresses of the device itself, none outside host scope
 * @param mtu the device's MTU in bytes
 * @param findings what in the records could not be followed
 */
public record DesiredState(
    Map<PublicKey, DesiredPeer> peers,
    SortedMap<IpPrefix, RouteTarget> routes,
    SortedMap<String, NodeRoutes> nodes,
    SortedSet<IpPrefix> peerAddresses,
    SortedSet<IpPrefix> untunnelled,
    List<InetAddress> deviceAddresses,
    int mtu,
    SortedSet<Finding> findings) {
  /**
   * Where the addresses of a node lead.
   *
   * @param target the same for all of them
   * @param prefixes how many they are
   */
  public record NodeRoutes(RouteTarget target, int prefixes) {}

  public DesiredState {
    peers = Map.copyOf(peers);
    routes = SortedRoutes.copyOf(routes);
    nodes = Collections.unmodifiableSortedMap(new TreeMap<>(nodes));
    peerAddresses = SortedPrefixes.copyOf(peerAddresses);
    untunnelled = SortedPrefixes.copyOf(untunnelled);
    deviceAddresses = List.copyOf(deviceAddresses);
    findings = Collections.unmodifiableSortedSet(new TreeSet<>(findings));
  }
}
