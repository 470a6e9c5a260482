package dev.azwg.wg.host;

import static dev.azwg.netlink.libc.LinuxConstants.AF_INET;
import static dev.azwg.netlink.libc.LinuxConstants.AF_INET6;

import dev.azwg.ipam.address.IpPrefix;
import dev.azwg.netlink.NetlinkException;
import dev.azwg.netlink.route.Link;
import dev.azwg.netlink.route.Route;
import dev.azwg.netlink.route.RouteConstants;
import dev.azwg.netlink.route.RouteNetlink;
import dev.azwg.netlink.route.RouteType;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The pods that are on this node, as the kernel knows them: azure-vnet in transparent mode gives
 * each pod address a host route to the pod's veth link, whose name begins with {@code azv}, in the
 * main table. The kernel removes the route with the link, and the link with the pod's namespace: so
 * the route is there as long as the pod can be reached here.
 */
public final class PodRoutes {
  /** hostVEthInterfacePrefix of azure-container-networking. */
  private static final String LINK_PREFIX = "azv";

  private PodRoutes() {}

  /** The addresses of the pods on this node. */
  public static Set<IpPrefix> read(RouteNetlink netlink) throws NetlinkException {
    Set<Integer> podLinks = new HashSet<>();
    for (Link link : netlink.links()) {
      if (isPodLink(link)) {
        podLinks.add(link.index());
      }
    }
    Set<IpPrefix> addresses = new HashSet<>();
    if (podLinks.isEmpty()) {
      return addresses;
    }
    for (int family : List.of(AF_INET, AF_INET6)) {
      for (Route route : netlink.routes(family, RouteConstants.RT_TABLE_MAIN)) {
        if (mayBePod(route) && podLinks.contains(route.outputInterface())) {
          addresses.add(WireGuardTable.prefix(route));
        }
      }
    }
    return addresses;
  }

  /**
   * Whether a link is the node's end of a pod's. When one goes, or goes down, so do its routes, and
   * the kernel does not tell of them one by one.
   */
  public static boolean isPodLink(Link link) {
    return link.name().startsWith(LINK_PREFIX);
  }

  /** Whether a route is like that of a pod; whether its link is a pod's is not looked at. */
  public static boolean mayBePod(Route route) {
    return route.table() == RouteConstants.RT_TABLE_MAIN
        && route.type() == RouteType.UNICAST
        && WireGuardTable.prefix(route).isHost();
  }
}
