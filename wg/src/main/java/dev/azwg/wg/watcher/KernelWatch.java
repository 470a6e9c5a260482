package dev.azwg.wg.watcher;

import dev.azwg.ipam.address.IpPrefix;
import dev.azwg.netlink.NetlinkException;
import dev.azwg.netlink.route.Link;
import dev.azwg.netlink.route.Route;
import dev.azwg.netlink.route.RouteEvent;
import dev.azwg.netlink.route.RouteMonitor;
import dev.azwg.wg.host.PodRoutes;
import dev.azwg.wg.host.PolicyRules;
import dev.azwg.wg.host.WireGuardTable;
import dev.azwg.wg.mesh.RouteTarget;
import java.time.Duration;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Follows the kernel's notifications. What agrees with the expectation is the echo of our own work
 * and is no reason for a pass; a route of our table is handed to the next pass by itself; anything
 * else that concerns us, and a loss of notifications, makes the next pass read everything.
 */
final class KernelWatch {
  private record Seen(IpPrefix prefix, @Nullable RouteTarget target) {}

  private static final int MAXIMUM_QUEUED = 1 << 16;

  /** Nothing depends on it: a wait without notifications is simply begun anew. */
  private static final Duration QUIET = Duration.ofHours(1);

  private final RouteMonitor monitor;
  private final String device;
  private final int table;
  private final Signals signals;
  private final Log log;
  private final LinkedBlockingQueue<Seen> queue = new LinkedBlockingQueue<>(MAXIMUM_QUEUED);
  private volatile @Nullable Expectation expected;

  KernelWatch(RouteMonitor monitor, String device, int table, Signals signals, Log log) {
    this.monitor = monitor;
    this.device = device;
    this.table = table;
    this.signals = signals;
    this.log = log;
  }

  void start() {
    Thread.ofPlatform().daemon().name("kernel watch").start(this::run);
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
  boolean drain(BiConsumer<IpPrefix, @Nullable RouteTarget> to) {
    boolean any = !queue.isEmpty();
    for (Seen seen = queue.poll(); seen != null; seen = queue.poll()) {
      to.accept(seen.prefix(), seen.target());
    }
    return any;
  }

  private void run() {
    try {
      while (true) {
        next();
      }
    } catch (NetlinkException e) {
      if (e.reason() == NetlinkException.Reason.CLOSED) {
        return;
      }
      // The resync still finds what changes, later.
      log.error("kernel notifications have ended", "error", e.getMessage());
      signals.mark(Dirty.KERNEL);
    }
  }

  private void next() throws NetlinkException {
    try {
      for (RouteEvent event : monitor.next(QUIET)) {
        handle(event);
      }
    } catch (NetlinkException e) {
      if (e.reason() != NetlinkException.Reason.MALFORMED) {
        throw e;
      }
      log.warn("a kernel notification is not understood", "error", e.getMessage());
      signals.mark(Dirty.KERNEL);
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
              changed.address().interfaceIndex() == known.underlayIndex();
          case RouteEvent.AddressRemoved removed ->
              removed.address().interfaceIndex() == known.deviceIndex()
                  || removed.address().interfaceIndex() == known.underlayIndex();
          case RouteEvent.RuleAdded added -> false;
          case RouteEvent.RuleRemoved removed -> PolicyRules.isOurs(removed.rule());
          case RouteEvent.RouteChanged changed -> {
            route(changed.route(), true, known);
            yield false;
          }
          case RouteEvent.RouteRemoved removed -> {
            route(removed.route(), false, known);
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
    if (changed.link().name().equals(device)) {
      return changed.link().index() != known.deviceIndex()
          || changed.link().mtu() != known.deviceMtu()
          || !changed.link().isUp();
    }
    return false;
  }

  private void pod(Link link, boolean losesRoutes) {
    if (losesRoutes && PodRoutes.isPodLink(link)) {
      signals.mark(Dirty.PODS);
    }
  }

  private void route(Route route, boolean present, Expectation known) {
    if (PodRoutes.mayBePod(route) && route.outputInterface() != known.underlayIndex()) {
      signals.mark(Dirty.PODS);
    }
    if (route.table() != table || route.protocol() != WireGuardTable.PROTOCOL) {
      return;
    }
    IpPrefix prefix = WireGuardTable.prefix(route);
    RouteTarget target =
        present ? WireGuardTable.target(route, known.deviceIndex()).orElse(null) : null;
    // Echoes are handed on too: the plugin and the watcher change the same routes, and only all
    // notifications in their order tell who came last.
    if (!queue.offer(new Seen(prefix, target))) {
      signals.mark(Dirty.KERNEL);
    }
    if (known.routes().get(prefix) != target) {
      signals.mark(Dirty.ROUTES);
    }
  }
}
