package dev.azwg.wg.watcher;

import dev.azwg.ipam.address.IpPrefix;
import dev.azwg.netlink.route.Rule;
import dev.azwg.wg.mesh.RouteTarget;
import java.net.InetAddress;
import java.util.List;
import java.util.SortedMap;

/**
 * What the kernel should hold after the last reconciliation. A notification that agrees with it is
 * the echo of our own change.
 *
 * @param deviceIndex the WireGuard device
 * @param deviceMtu its MTU in bytes
 * @param deviceAddresses its addresses
 * @param underlayIndex the NIC below it
 * @param underlayMtu that one's MTU in bytes
 * @param routes the WireGuard table
 * @param rules all rules that are ours
 */
record Expectation(
    int deviceIndex,
    int deviceMtu,
    List<InetAddress> deviceAddresses,
    int underlayIndex,
    int underlayMtu,
    SortedMap<IpPrefix, RouteTarget> routes,
    List<Rule> rules) {}
