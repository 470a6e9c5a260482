package dev.azwg.netlink.route;

import java.net.InetAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A route. What was added with {@link RouteNetlink#addRoute} is listed as an equal record, so that
 * desired and observed routes can be compared as sets.
 *
 * <p>To that end the record leaves out what changes by itself (carrier, offload, cache), and what
 * IPv6 adds to routes without a next hop (the interface {@code lo}).
 *
 * @param table the routing table, all 32 bits
 * @param type what happens to matching packets
 * @param destination the prefix's address; its family is the route's
 * @param prefixLength 0 to 32 or 128 bits
 * @param outputInterface the index of the interface; 0 if the type or {@code nextHops} make it so
 * @param gateway the next hop's address, also of the other family (RTA_VIA); null if on the link
 * @param preferredSource the source address for packets of this machine; null for the kernel's
 *     choice
 * @param protocol who installed it, an {@code RTPROT_} value or an own number up to 255
 * @param scope an {@code RT_SCOPE_} value; always universe for IPv6
 * @param priority the metric: the smallest wins; IPv6 makes 1024 of 0
 * @param mtu RTAX_MTU in bytes, 0 for the interface's
 * @param advertisedMss RTAX_ADVMSS in bytes, 0 for the kernel's choice
 * @param onLink whether the gateway counts as reachable on the link whatever the addresses say
 * @param nextHops the paths of a multipath route; empty for any other
 */
public record Route(
    int table,
    RouteType type,
    InetAddress destination,
    int prefixLength,
    int outputInterface,
    @Nullable InetAddress gateway,
    @Nullable InetAddress preferredSource,
    int protocol,
    int scope,
    int priority,
    int mtu,
    int advertisedMss,
    boolean onLink,
    List<NextHop> nextHops) {

  public Route {
    Prefixes.check(destination, prefixLength);
    nextHops = List.copyOf(nextHops);
  }

  /** Begins a route to a prefix; unicast, in the main table, until told otherwise. */
  public static RouteBuilder to(InetAddress destination, int prefixLength) {
    return new RouteBuilder(destination, prefixLength);
  }

  /** {@code AF_INET} or {@code AF_INET6}. */
  public int family() {
    return Prefixes.family(destination);
  }
}
