package dev.azwg.plugin.node;

import static dev.azwg.netlink.libc.LinuxConstants.AF_INET;
import static dev.azwg.netlink.libc.LinuxConstants.AF_INET6;

import dev.azwg.ipam.address.IpPrefix;
import dev.azwg.netlink.NetlinkException;
import dev.azwg.netlink.libc.Errno;
import dev.azwg.netlink.libc.Libc;
import dev.azwg.netlink.route.Route;
import dev.azwg.netlink.route.RouteBuilder;
import dev.azwg.netlink.route.RouteChange;
import dev.azwg.netlink.route.RouteFailure;
import dev.azwg.netlink.route.RouteNetlink;
import dev.azwg.netlink.route.RouteType;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The kernel by way of rtnetlink. One socket serves the node's namespace for the whole call. Not
 * thread-safe.
 */
public final class LinuxKernel implements NodeKernel, AutoCloseable {
  /** What our routes carry as their protocol, so that everybody can tell whose they are. */
  public static final int ROUTE_PROTOCOL = 142;

  /** LOOPBACK_IFINDEX of linux/net/flow.h: {@code lo} in every namespace. */
  private static final int LOOPBACK = 1;

  private final Libc libc;
  private final PodLinks podLinks;
  private @Nullable RouteNetlink netlink;

  /** The kernel of the network namespace that the process is in. Nothing is opened before use. */
  public LinuxKernel(Libc libc) {
    this.libc = libc;
    this.podLinks = new PodLinks(libc);
  }

  @Override
  public List<IpPrefix> addThrowRoutes(int table, Collection<IpPrefix> addresses)
      throws IOException {
    List<IpPrefix> added = new ArrayList<>(addresses);
    List<IpPrefix> existing = new ArrayList<>();
    List<IpPrefix> all = List.copyOf(addresses);
    NetlinkException refused = null;
    for (RouteFailure failure :
        apply(all, address -> new RouteChange.Add(throwRoute(table, address).build()))) {
      IpPrefix address = all.get(failure.index());
      added.remove(address);
      if (failure.cause().isRejectedWith(Errno.EEXIST)) {
        existing.add(address);
      } else {
        refused = failure.cause();
      }
    }
    // What is there can be a route of another type: the one to the node that had the address.
    for (RouteFailure failure :
        apply(existing, address -> new RouteChange.Replace(throwRoute(table, address).build()))) {
      refused = failure.cause();
    }
    if (refused != null) {
      deleteThrowRoutes(table, added);
      throw refused;
    }
    return added;
  }

  @Override
  public void deleteThrowRoutes(int table, Collection<IpPrefix> addresses) throws IOException {
    NetlinkException refused = null;
    for (RouteFailure failure :
        apply(
            List.copyOf(addresses),
            address -> new RouteChange.Delete(routeToDelete(table, address)))) {
      refused = failure.cause().isRejectedWith(Errno.ESRCH) ? refused : failure.cause();
    }
    if (refused != null) {
      throw refused;
    }
  }

  @Override
  public Set<IpPrefix> throwRoutesOf(int table, Collection<IpPrefix> addresses) throws IOException {
    Set<IpPrefix> routed = new HashSet<>();
    for (int family : new int[] {AF_INET, AF_INET6}) {
      if (addresses.stream().anyMatch(address -> address.isIpv4() == (family == AF_INET))) {
        for (Route route : node().routes(family, table)) {
          if (route.type() == RouteType.THROW) {
            routed.add(new IpPrefix(route.destination(), route.prefixLength()));
          }
        }
      }
    }
    routed.retainAll(new HashSet<>(addresses));
    return routed;
  }

  @Override
  public MtuChange lowerPodMtu(String netns, String ifName, int mtu) throws IOException {
    return podLinks.lower(node(), netns, ifName, mtu);
  }

  @Override
  public void restorePodMtu(MtuChange change) throws IOException {
    podLinks.restore(node(), change);
  }

  @Override
  public OptionalInt podMtu(String netns, String ifName) throws IOException {
    return podLinks.mtu(netns, ifName);
  }

  /** Closes the socket, if one was needed. */
  @Override
  public void close() {
    if (netlink != null) {
      netlink.close();
    }
  }

  private List<RouteFailure> apply(List<IpPrefix> addresses, Function<IpPrefix, RouteChange> change)
      throws NetlinkException {
    return addresses.isEmpty() ? List.of() : node().apply(addresses.stream().map(change).toList());
  }

  private RouteNetlink node() throws NetlinkException {
    RouteNetlink opened = netlink == null ? RouteNetlink.open(libc) : netlink;
    netlink = opened;
    return opened;
  }

  private static RouteBuilder throwRoute(int table, IpPrefix address) {
    return Route.to(address.address(), address.length())
        .table(table)
        .type(RouteType.THROW)
        .protocol(ROUTE_PROTOCOL);
  }

  /**
   * IPv6 does not look at the type when it deletes: without the interface it would take the
   * watcher's route to the node that has the address now. Routes without a next hop are on {@code
   * lo}.
   */
  private static Route routeToDelete(int table, IpPrefix address) {
    RouteBuilder route = throwRoute(table, address);
    return address.isIpv4() ? route.build() : route.outputInterface(LOOPBACK).build();
  }
}
