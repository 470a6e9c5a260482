package dev.azwg.netlink.route;

import static dev.azwg.netlink.libc.LinuxConstants.AF_INET6;

import java.net.InetAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Builds a {@link Route} with the defaults of {@code ip route add}: main table, unicast, protocol
 * boot, and the scope and priority that the kernel would choose. Not thread-safe.
 */
public final class RouteBuilder {
  /** IP6_RT_PRIO_USER of net/ipv6: what the kernel takes for priority 0. */
  private static final int IPV6_DEFAULT_PRIORITY = 1024;

  private static final int UNSET = -1;

  private final InetAddress destination;
  private final int prefixLength;
  private int table = RouteConstants.RT_TABLE_MAIN;
  private RouteType type = RouteType.UNICAST;
  private int outputInterface;
  private @Nullable InetAddress gateway;
  private @Nullable InetAddress preferredSource;
  private int protocol = RouteConstants.RTPROT_BOOT;
  private int scope = UNSET;
  private int priority;
  private int mtu;
  private int advertisedMss;
  private boolean onLink;
  private List<NextHop> nextHops = List.of();

  RouteBuilder(InetAddress destination, int prefixLength) {
    this.destination = destination;
    this.prefixLength = prefixLength;
  }

  public RouteBuilder table(int value) {
    table = value;
    return this;
  }

  public RouteBuilder type(RouteType value) {
    type = value;
    return this;
  }

  /** The index of the interface. */
  public RouteBuilder outputInterface(int value) {
    outputInterface = value;
    return this;
  }

  public RouteBuilder gateway(InetAddress value) {
    gateway = value;
    return this;
  }

  public RouteBuilder preferredSource(InetAddress value) {
    preferredSource = value;
    return this;
  }

  /** An {@code RTPROT_} value or an own number up to 255. */
  public RouteBuilder protocol(int value) {
    protocol = value;
    return this;
  }

  /** An {@code RT_SCOPE_} value; IPv6 has none. */
  public RouteBuilder scope(int value) {
    scope = value;
    return this;
  }

  public RouteBuilder priority(int value) {
    priority = value;
    return this;
  }

  /** In bytes. */
  public RouteBuilder mtu(int value) {
    mtu = value;
    return this;
  }

  /** In bytes. */
  public RouteBuilder advertisedMss(int value) {
    advertisedMss = value;
    return this;
  }

  public RouteBuilder onLink(boolean value) {
    onLink = value;
    return this;
  }

  /** The paths of a multipath route, in place of interface and gateway. */
  public RouteBuilder nextHops(List<NextHop> value) {
    nextHops = value;
    return this;
  }

  public Route build() {
    boolean ipv6 = Prefixes.family(destination) == AF_INET6;
    return new Route(
        table,
        type,
        destination,
        prefixLength,
        outputInterface,
        gateway,
        preferredSource,
        protocol,
        ipv6 ? RouteConstants.RT_SCOPE_UNIVERSE : ipv4Scope(),
        ipv6 && priority == 0 ? IPV6_DEFAULT_PRIORITY : priority,
        mtu,
        advertisedMss,
        onLink,
        nextHops);
  }

  /** As ip-route(8) chooses it. */
  private int ipv4Scope() {
    if (scope != UNSET) {
      return scope;
    }
    return switch (type) {
      case LOCAL, NAT -> RouteConstants.RT_SCOPE_HOST;
      case BROADCAST, MULTICAST, ANYCAST -> RouteConstants.RT_SCOPE_LINK;
      case UNICAST ->
          gateway == null && nextHops.isEmpty()
              ? RouteConstants.RT_SCOPE_LINK
              : RouteConstants.RT_SCOPE_UNIVERSE;
      default -> RouteConstants.RT_SCOPE_UNIVERSE;
    };
  }
}
