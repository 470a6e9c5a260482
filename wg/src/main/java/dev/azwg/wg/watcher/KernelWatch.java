package dev.azwg.wg.watcher;

import dev.azwg.ipam.address.IpPrefix;
import dev.azwg.netlink.NetlinkException;
import dev.azwg.netlink.libc.Libc;
import dev.azwg.netlink.route.Address;
import dev.azwg.netlink.route.Link;
import dev.azwg.netlink.route.Netconf;
import dev.azwg.netlink.route.Route;
import dev.azwg.netlink.route.RouteEvent;
import dev.azwg.netlink.route.RouteGroup;
import dev.azwg.netlink.route.RouteMonitor;
import dev.azwg.wg.host.PodRoutes;
import dev.azwg.wg.host.PolicyRules;
import dev.azwg.wg.host.WireGuardTable;
import dev.azwg.wg.mesh.RouteTarget;
import java.time.Duration;
import java.util.EnumSet;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;

/**
 * Follows the kernel's notifications. What agrees with the expectation is the echo of our own work
 * and is no reason for a pass; a route of our table is handed to the next pass by itself; anything
 * else that concerns us, and a loss of notifications, makes the next pass read everything.
 */
final class KernelWatch {
  /** Takes the routes that changed. */
  interface RouteSink {
    /**
     * A route has changed.
     *
     * @param target where it leads, null if it is gone
     * @param own whether this process has changed it
     */
    void seen(IpPrefix prefix, @Nullable RouteTarget target, boolean own);
  }

  private record Seen(IpPrefix prefix, @Nullable RouteTarget target, boolean own) {}

  private static final int MAXIMUM_QUEUED = 1 << 16;

  /** Nothing depends on it: a wait without notifications is simply begun anew. */
  private static final Duration QUIET = Duration.ofHours(1);

  private final String device;
  private final int table;
  private final int ownPort;
  private final Signals signals;
  private final Log log;
  private final LinkedBlockingQueue<Seen> queue = new LinkedBlockingQueue<>(MAXIMUM_QUEUED);
  private volatile @Nullable Expectation expected;

  /**
   * Not subscribed yet.
   *
   * @param ownPort {@link dev.azwg.netlink.route.RouteNetlink#portId} of what changes routes here
   */
  KernelWatch(String device, int table, int ownPort, Signals signals, Log log) {
    this.device = device;
    this.table = table;
    this.ownPort = ownPort;
    this.signals = signals;
    this.log = log;
  }

  /** Subscribes; what changes from now on is noticed. */
  Subscription<RouteMonitor> start(Libc libc) throws NetlinkException {
    return Subscription.start(
        "kernel watch",
        () -> RouteMonitor.open(libc, EnumSet.allOf(RouteGroup.class)),
        this::receive,
        () -> signals.mark(Dirty.KERNEL),
        log);
  }

  /** What the kernel is about to be made to hold. */
  void expect(Expectation expectation) {
    expected = expectation;
  }

  /** Drops the queue, before everything is read anew. */
  void forget() {
    queue.clear();
  }

  /**
   * Hands out the routes that changed, in order; a route that is gone has no target.
   *
   * @return whether there were any
   */
  boolean drain(RouteSink to) {
    boolean any = !queue.isEmpty();
    for (Seen seen = queue.poll(); seen != null; seen = queue.poll()) {
      to.seen(seen.prefix(), seen.target(), seen.own());
    }
    return any;
  }

  private void receive(RouteMonitor monitor) throws NetlinkException {
    for (RouteEvent event : monitor.next(QUIET)) {
      handle(event);
    }
  }

  private void handle(RouteEvent event) {
    Expectation known = expected;
    if (known == null) {
      // The first pass may have read what this says, or not.
      signals.mark(Dirty.KERNEL);
      return;
    }
    boolean dirty =
        switch (event) {
          case RouteEvent.LinkChanged changed -> {
            pod(changed.link(), !changed.link().isUp());
            yield concerns(changed, known);
          }
          case RouteEvent.LinkRemoved removed -> {
            pod(removed.link(), true);
            yield removed.link().index() == known.deviceIndex()
                || removed.link().index() == known.underlayIndex();
          }
          case RouteEvent.AddressChanged changed ->
              changed.address().interfaceIndex() == known.underlayIndex()
                  || isSurplus(changed.address(), known);
          case RouteEvent.AddressRemoved removed ->
              removed.address().interfaceIndex() == known.underlayIndex()
                  || isMissed(removed.address(), known);
          case RouteEvent.RuleAdded added ->
              PolicyRules.isOurs(added.rule(), table) && !known.rules().contains(added.rule());
          case RouteEvent.RuleRemoved removed -> known.rules().contains(removed.rule());
          case RouteEvent.RouteChanged changed ->
              route(changed.route(), changed.portId(), true, known);
          case RouteEvent.RouteRemoved removed ->
              route(removed.route(), removed.portId(), false, known);
          case RouteEvent.NetconfChanged changed -> {
            parameters(changed.netconf(), known);
            yield false;
          }
          case RouteEvent.Overrun overrun -> true;
        };
    if (dirty) {
      log.info("kernel state changed", "event", event.getClass().getSimpleName());
      signals.mark(Dirty.KERNEL);
    }
  }

  private boolean concerns(RouteEvent.LinkChanged changed, Expectation known) {
    if (changed.link().index() == known.underlayIndex()) {
      return changed.link().mtu() != known.underlayMtu();
    }
    if (changed.link().index() == known.deviceIndex()) {
      return !changed.link().name().equals(device)
          || changed.link().mtu() != known.deviceMtu()
          || !changed.link().isUp();
    }
    return changed.link().name().equals(device);
  }

  private static boolean isSurplus(Address address, Expectation known) {
    return address.interfaceIndex() == known.deviceIndex()
        && !address.address().isLinkLocalAddress()
        && !known.deviceAddresses().contains(address.address());
  }

  private static boolean isMissed(Address address, Expectation known) {
    return address.interfaceIndex() == known.deviceIndex()
        && known.deviceAddresses().contains(address.address());
  }

  private void parameters(Netconf netconf, Expectation known) {
    int index = netconf.interfaceIndex();
    if (netconf.reversePathFilter().isPresent()
        && (index == Netconf.ALL
            || index == known.underlayIndex()
            || index == known.deviceIndex())) {
      signals.mark(Dirty.SYSCTLS);
    }
  }

  private void pod(Link link, boolean losesRoutes) {
    if (losesRoutes && PodRoutes.isPodLink(link)) {
      signals.mark(Dirty.PODS);
    }
  }

  /** Whether everything is to be read anew. */
  private boolean route(Route route, int portId, boolean present, Expectation known) {
    if (PodRoutes.mayBePod(route) && route.outputInterface() != known.underlayIndex()) {
      signals.mark(Dirty.PODS);
    }
    if (route.table() != table) {
      return false;
    }
    IpPrefix prefix = WireGuardTable.prefix(route);
    boolean own = portId == ownPort;
    if (route.protocol() != WireGuardTable.PROTOCOL) {
      // It may have taken the place of ours: the kernel does not say so.
      return present && known.routes().containsKey(prefix) && WireGuardTable.precedesOurs(route);
    }
    if (!WireGuardTable.isPlain(route)) {
      return !own;
    }
    RouteTarget target =
        present ? WireGuardTable.target(route, known.deviceIndex()).orElse(null) : null;
    // Echoes are handed on too: the plugin and the watcher change the same routes, and only all
    // notifications in their order tell who came last.
    boolean lost = !queue.offer(new Seen(prefix, target, own));
    if (known.routes().get(prefix) != target) {
      signals.mark(Dirty.ROUTES);
    }
    return lost;
  }
}
