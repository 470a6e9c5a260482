package dev.azwg.wg.watcher;

import dev.azwg.ipam.address.IpPrefix;
import dev.azwg.wg.mesh.RouteTarget;
import java.util.SortedMap;

/**
 * What the kernel should hold after the last reconciliation. A notification that agrees with it is
 * the echo of our own change.
 *
 * @param deviceIndex the WireGuard device
 * @param deviceMtu its MTU in bytes
 * @param underlayIndex the NIC below it
 * @param underlayMtu that one's MTU in bytes
 * @param routes the WireGuard table
 */
record Expectation(
    int deviceIndex,
    int deviceMtu,
    int underlayIndex,
    int underlayMtu,
    SortedMap<IpPrefix, RouteTarget> routes) {}
