package dev.azwg.netlink.route;

import dev.azwg.netlink.MulticastSocket;
import dev.azwg.netlink.NetlinkConstants;
import dev.azwg.netlink.NetlinkException;
import dev.azwg.netlink.NetlinkException.Reason;
import dev.azwg.netlink.NetlinkMessage;
import dev.azwg.netlink.libc.Libc;
import dev.azwg.netlink.route.RouteEvent.AddressChanged;
import dev.azwg.netlink.route.RouteEvent.AddressRemoved;
import dev.azwg.netlink.route.RouteEvent.LinkChanged;
import dev.azwg.netlink.route.RouteEvent.LinkRemoved;
import dev.azwg.netlink.route.RouteEvent.NetconfChanged;
import dev.azwg.netlink.route.RouteEvent.Overrun;
import dev.azwg.netlink.route.RouteEvent.RouteChanged;
import dev.azwg.netlink.route.RouteEvent.RouteRemoved;
import dev.azwg.netlink.route.RouteEvent.RuleAdded;
import dev.azwg.netlink.route.RouteEvent.RuleRemoved;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Tells of changes to links, addresses, routes, rules and IPv4 parameters of the network namespace
 * in which it was opened, like {@code ip monitor}.
 *
 * <p>To know a state and follow it: open the monitor, then list, then take events. One thread calls
 * {@link #next}; any thread may call {@link #wakeUp} and {@link #close}.
 */
public final class RouteMonitor implements AutoCloseable {
  private final MulticastSocket socket;

  private RouteMonitor(MulticastSocket socket) {
    this.socket = socket;
  }

  /** Subscribes to these groups in the calling thread's network namespace. */
  public static RouteMonitor open(Libc libc, Set<RouteGroup> groups) throws NetlinkException {
    List<Integer> numbers = groups.stream().map(RouteGroup::number).sorted().toList();
    return new RouteMonitor(
        MulticastSocket.open(libc, NetlinkConstants.NETLINK_ROUTE, numbers, "RTM_NEW"));
  }

  /**
   * Waits for events and returns those that are there, in order.
   *
   * @return empty if the time ran out or {@link #wakeUp} was called; a single {@link Overrun} if
   *     events were lost
   * @throws NetlinkException CLOSED if the monitor is or was closed
   */
  public List<RouteEvent> next(Duration timeout) throws NetlinkException {
    try {
      List<RouteEvent> events = new ArrayList<>();
      for (NetlinkMessage message : socket.next(timeout)) {
        decode(message, events);
      }
      return events;
    } catch (NetlinkException e) {
      if (e.reason() == Reason.OVERRUN) {
        return List.of(new Overrun());
      }
      throw e;
    }
  }

  /** Makes a {@link #next} that waits return at once, or else the one after it. */
  public void wakeUp() throws NetlinkException {
    socket.wakeUp();
  }

  @Override
  public void close() {
    socket.close();
  }

  private static void decode(NetlinkMessage message, List<RouteEvent> events)
      throws NetlinkException {
    switch (message.type()) {
      case RouteConstants.RTM_NEWLINK -> events.add(new LinkChanged(LinkCodec.decode(message)));
      case RouteConstants.RTM_DELLINK -> events.add(new LinkRemoved(LinkCodec.decode(message)));
      case RouteConstants.RTM_NEWADDR ->
          events.add(new AddressChanged(AddressCodec.decode(message)));
      case RouteConstants.RTM_DELADDR ->
          events.add(new AddressRemoved(AddressCodec.decode(message)));
      case RouteConstants.RTM_NEWROUTE -> {
        if (!RouteCodec.isCached(message)) {
          events.add(new RouteChanged(RouteCodec.decode(message), message.portId()));
        }
      }
      case RouteConstants.RTM_DELROUTE -> {
        if (!RouteCodec.isCached(message)) {
          events.add(new RouteRemoved(RouteCodec.decode(message), message.portId()));
        }
      }
      case RouteConstants.RTM_NEWRULE -> events.add(new RuleAdded(RuleCodec.decode(message)));
      case RouteConstants.RTM_DELRULE -> events.add(new RuleRemoved(RuleCodec.decode(message)));
      case RouteConstants.RTM_NEWNETCONF ->
          events.add(new NetconfChanged(NetconfCodec.decode(message)));
      default -> {}
    }
  }
}
