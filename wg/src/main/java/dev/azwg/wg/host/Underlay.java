package dev.azwg.wg.host;

import dev.azwg.netlink.route.Address;
import dev.azwg.netlink.route.Link;
import dev.azwg.netlink.route.RouteConstants;
import dev.azwg.netlink.route.RouteNetlink;
import java.io.IOException;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;

/**
 * The NIC that carries the encrypted packets.
 *
 * @param index its interface index
 * @param mtu in bytes
 * @param addresses its addresses of global scope, IPv4 first
 */
public record Underlay(int index, int mtu, List<InetAddress> addresses) {
  public Underlay {
    addresses = List.copyOf(addresses);
  }

  /**
   * Reads the NIC's present state.
   *
   * @throws HostException with reason {@code NO_UNDERLAY} if it does not exist or has no address
   */
  public static Underlay read(RouteNetlink netlink, String name) throws IOException {
    Link link =
        netlink
            .link(name)
            .orElseThrow(() ->
                new HostException(
                    HostException.Reason.NO_UNDERLAY, name, "no such network interface"));
    List<InetAddress> ipv4 = new ArrayList<>();
    List<InetAddress> ipv6 = new ArrayList<>();
    for (Address address : netlink.addresses(link.index())) {
      if (address.scope() == RouteConstants.RT_SCOPE_UNIVERSE) {
        (address.address().getAddress().length == 4 ? ipv4 : ipv6).add(address.address());
      }
    }
    ipv4.addAll(ipv6);
    if (ipv4.isEmpty()) {
      throw new HostException(
          HostException.Reason.NO_UNDERLAY, name, "has no address that a peer could send to");
    }
    return new Underlay(link.index(), link.mtu(), ipv4);
  }
}
