package dev.azwg.netlink.route;

import dev.azwg.netlink.NetlinkConstants;
import dev.azwg.netlink.NetlinkException;
import dev.azwg.netlink.NetlinkRequest;
import dev.azwg.netlink.NetlinkSocket;
import dev.azwg.netlink.libc.Errno;
import dev.azwg.netlink.libc.Libc;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * Links, addresses, routes and rules of the network namespace in which it was opened.
 *
 * <p>May be used from any thread afterwards; one call runs at a time. Every method throws {@link
 * NetlinkException}: REJECTED with the kernel's errno and explanation if the kernel refused, other
 * reasons if the exchange failed. See {@link NetlinkSocket} about timeouts and virtual threads.
 */
public final class RouteNetlink implements AutoCloseable {
  private final NetlinkSocket socket;

  private RouteNetlink(NetlinkSocket socket) {
    this.socket = socket;
  }

  /** Opens a socket in the calling thread's network namespace. */
  public static RouteNetlink open(Libc libc) throws NetlinkException {
    return new RouteNetlink(NetlinkSocket.open(libc, NetlinkConstants.NETLINK_ROUTE));
  }

  /** By which {@link RouteEvent} tells the echo of what was changed through this object. */
  public int portId() {
    return socket.portId();
  }

  /** Equivalent to {@code ip link show}. */
  public List<Link> links() throws NetlinkException {
    return socket.dump(
        LinkCodec.dump(), (message, links) -> links.accept(LinkCodec.decode(message)));
  }

  /** Equivalent to {@code ip link show dev NAME}; empty if there is no such link. */
  public Optional<Link> link(String name) throws NetlinkException {
    return link(LinkCodec.get(name));
  }

  /** The same by index. */
  public Optional<Link> link(int index) throws NetlinkException {
    return link(LinkCodec.get(checkedIndex(index)));
  }

  private Optional<Link> link(NetlinkRequest request) throws NetlinkException {
    try {
      return socket
          .<Link>request(request, (message, links) -> links.accept(LinkCodec.decode(message)))
          .stream()
          .findFirst();
    } catch (NetlinkException e) {
      if (e.isRejectedWith(Errno.ENODEV)) {
        return Optional.empty();
      }
      throw e;
    }
  }

  /**
   * Equivalent to {@code ip link add NAME type KIND}: EEXIST if the name is taken, EOPNOTSUPP if
   * the kernel does not know the kind.
   */
  public void createLink(String name, String kind) throws NetlinkException {
    socket.request(LinkCodec.create(name, kind));
  }

  /** Equivalent to {@code ip link delete}: ENODEV if there is no such link. */
  public void deleteLink(int index) throws NetlinkException {
    socket.request(LinkCodec.delete(checkedIndex(index)));
  }

  /** Equivalent to {@code ip link set up} or {@code down}. */
  public void setLinkUp(int index, boolean up) throws NetlinkException {
    socket.request(LinkCodec.setUp(checkedIndex(index), up));
  }

  /** Equivalent to {@code ip link set mtu}; in bytes. EINVAL if the driver refuses the value. */
  public void setLinkMtu(int index, int mtu) throws NetlinkException {
    socket.request(LinkCodec.setMtu(checkedIndex(index), mtu));
  }

  /** The same by name: ENODEV if there is no such link. */
  public void setLinkMtu(String name, int mtu) throws NetlinkException {
    socket.request(LinkCodec.setMtu(name, mtu));
  }

  /**
   * Equivalent to {@code ip link set NAME}: EEXIST if the name is taken, EBUSY before Linux 6.2 if
   * the link is up.
   */
  public void renameLink(int index, String name) throws NetlinkException {
    socket.request(LinkCodec.rename(checkedIndex(index), name));
  }

  /** Equivalent to {@code ip address show}: IPv4 and IPv6; index 0 is all interfaces. */
  public List<Address> addresses(int interfaceIndex) throws NetlinkException {
    return socket.dump(
        AddressCodec.dump(interfaceIndex),
        (message, addresses) -> {
          Address address = AddressCodec.decode(message);
          // Kernels before 4.20 do not filter.
          if (interfaceIndex == 0 || address.interfaceIndex() == interfaceIndex) {
            addresses.accept(address);
          }
        });
  }

  /** Equivalent to {@code ip address add}: EEXIST if the interface has it already. */
  public void addAddress(Address address) throws NetlinkException {
    socket.request(AddressCodec.add(address));
  }

  /** Equivalent to {@code ip address delete}: EADDRNOTAVAIL if the interface does not have it. */
  public void deleteAddress(Address address) throws NetlinkException {
    socket.request(AddressCodec.delete(address));
  }

  /**
   * Equivalent to {@code ip route show table TABLE}.
   *
   * @param family {@code AF_INET} or {@code AF_INET6}
   * @param table 0 is all tables; one that does not exist is an empty one
   */
  public List<Route> routes(int family, int table) throws NetlinkException {
    return routes(family, table, route -> route);
  }

  /**
   * The same in another form, for a table with more routes than are to be in memory at once.
   *
   * @param form what to keep of a route; may be asked again from the first one
   */
  public <T> List<T> routes(int family, int table, Function<Route, T> form)
      throws NetlinkException {
    try {
      return socket.dump(
          RouteCodec.dump(checkedFamily(family), table),
          (message, routes) -> {
            if (!RouteCodec.isUnicastFamily(message) || RouteCodec.isCached(message)) {
              return;
            }
            Route route = RouteCodec.decode(message);
            // Kernels before 4.20 do not filter.
            if (table == RouteConstants.RT_TABLE_UNSPEC || route.table() == table) {
              routes.accept(form.apply(route));
            }
          });
    } catch (NetlinkException e) {
      if (e.isRejectedWith(Errno.ENOENT)) {
        return List.of();
      }
      throw e;
    }
  }

  /** Equivalent to {@code ip route add}: EEXIST if there is one like it. */
  public void addRoute(Route route) throws NetlinkException {
    socket.request(RouteCodec.add(route));
  }

  /** Equivalent to {@code ip route replace}. */
  public void replaceRoute(Route route) throws NetlinkException {
    socket.request(RouteCodec.replace(route));
  }

  /** Equivalent to {@code ip route delete}: ESRCH if there is none like it. */
  public void deleteRoute(Route route) throws NetlinkException {
    socket.request(RouteCodec.delete(route));
  }

  /**
   * Equivalent to {@code ip -force -batch} of route commands: carries the changes out in order, in
   * few system calls. A change that is refused does not stop those after it.
   *
   * @return the refused changes in order; empty if all were carried out
   * @throws NetlinkException if the exchange itself failed: list the routes again to know where
   *     things stand
   */
  public List<RouteFailure> apply(List<RouteChange> changes) throws NetlinkException {
    List<NetlinkRequest> requests = changes.stream().map(RouteNetlink::request).toList();
    return socket.batch(requests).stream()
        .map(failure ->
            new RouteFailure(failure.index(), changes.get(failure.index()), failure.cause()))
        .toList();
  }

  /** Equivalent to {@code ip rule show}, for {@code AF_INET} or {@code AF_INET6}. */
  public List<Rule> rules(int family) throws NetlinkException {
    return socket.dump(
        RuleCodec.dump(checkedFamily(family)),
        (message, rules) -> rules.accept(RuleCodec.decode(message)));
  }

  /** Equivalent to {@code ip rule add}: EEXIST if there is an equal one. */
  public void addRule(Rule rule) throws NetlinkException {
    socket.request(RuleCodec.add(rule));
  }

  /** Equivalent to {@code ip rule delete}: ENOENT if there is none like it. */
  public void deleteRule(Rule rule) throws NetlinkException {
    socket.request(RuleCodec.delete(rule));
  }

  /** Closes the socket, after the call that is running. Closing twice is harmless. */
  @Override
  public void close() {
    socket.close();
  }

  private static NetlinkRequest request(RouteChange change) {
    return switch (change) {
      case RouteChange.Add add -> RouteCodec.add(add.route());
      case RouteChange.Replace replace -> RouteCodec.replace(replace.route());
      case RouteChange.Delete delete -> RouteCodec.delete(delete.route());
    };
  }

  private static int checkedFamily(int family) {
    if (!Prefixes.isFamily(family)) {
      throw new IllegalArgumentException("family " + family);
    }
    return family;
  }

  /** The kernel takes index 0 for "not given" and would change some other link, or all. */
  private static int checkedIndex(int index) {
    if (index <= 0) {
      throw new IllegalArgumentException("interface index " + index);
    }
    return index;
  }
}
