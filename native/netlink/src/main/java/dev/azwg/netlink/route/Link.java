package dev.azwg.netlink.route;

import org.jspecify.annotations.Nullable;

/**
 * A network interface as the kernel shows it.
 *
 * @param index the interface index, positive
 * @param name the interface's name
 * @param kind {@code IFLA_INFO_KIND}, such as {@code wireguard} or {@code veth}; empty for a device
 *     that is none of a kind, such as a NIC or {@code lo}
 * @param mtu in bytes
 * @param flags the {@code IFF_} flags
 * @param linkIndex {@code IFLA_LINK}: the other end of a veth, the device below a macvlan; 0 if
 *     none. It is an index in the namespace that {@code linkNamespaceId} names.
 * @param linkNamespaceId {@code IFLA_LINK_NETNSID}, -1 if {@code linkIndex} is in this namespace
 * @param masterIndex the bridge or bond this link is a port of, 0 if none
 * @param hardwareAddress in lower case hexadecimal with colons; null if the link has none
 */
public record Link(
    int index,
    String name,
    String kind,
    int mtu,
    int flags,
    int linkIndex,
    int linkNamespaceId,
    int masterIndex,
    @Nullable String hardwareAddress) {

  /** Whether it is administratively up. */
  public boolean isUp() {
    return (flags & RouteConstants.IFF_UP) != 0;
  }

  /** The same link with another MTU. */
  public Link withMtu(int value) {
    return new Link(
        index, name, kind, value, flags, linkIndex, linkNamespaceId, masterIndex, hardwareAddress);
  }

  /** The same link with other flags. */
  public Link withFlags(int value) {
    return new Link(
        index, name, kind, mtu, value, linkIndex, linkNamespaceId, masterIndex, hardwareAddress);
  }

  public boolean isLoopback() {
    return (flags & RouteConstants.IFF_LOOPBACK) != 0;
  }
}
