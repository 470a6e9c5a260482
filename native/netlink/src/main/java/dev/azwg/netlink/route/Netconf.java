package dev.azwg.netlink.route;

import java.util.OptionalInt;

/**
 * IPv4 parameters of an interface ({@code net.ipv4.conf.NAME}) of which the kernel tells when they
 * change, as {@code ip netconf} shows them. It does not tell of most parameters, such as {@code
 * src_valid_mark}.
 *
 * @param interfaceIndex an interface, {@link #ALL} or {@link #DEFAULT}
 * @param reversePathFilter {@code rp_filter}, if the message is about it
 */
public record Netconf(int interfaceIndex, OptionalInt reversePathFilter) {
  /** {@code net.ipv4.conf.all}: NETCONFA_IFINDEX_ALL of linux/netconf.h. */
  public static final int ALL = -1;

  /** {@code net.ipv4.conf.default}: NETCONFA_IFINDEX_DEFAULT. */
  public static final int DEFAULT = -2;
}
