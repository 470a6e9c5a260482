package dev.azwg.wg.watcher;

import dev.azwg.netlink.libc.JnaLibc;
import dev.azwg.netlink.route.Route;
import dev.azwg.netlink.route.RouteEvent;
import dev.azwg.netlink.route.RouteGroup;
import dev.azwg.netlink.route.RouteMonitor;
import dev.azwg.netlink.route.Rule;
import dev.azwg.netlink.testing.TestNamespace;
import dev.azwg.wg.host.RoutingPolicy;
import dev.azwg.wg.host.WireGuardTable;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;

/** Takes down the changes of a namespace that concern a mesh, as the kernel tells of them. */
final class KernelWrites implements AutoCloseable {
  private final RouteMonitor monitor;
  private boolean up;

  private KernelWrites(RouteMonitor monitor) {
    this.monitor = monitor;
  }

  static KernelWrites of(TestNamespace namespace) throws IOException {
    return new KernelWrites(
        namespace.call(() -> RouteMonitor.open(new JnaLibc(), EnumSet.allOf(RouteGroup.class))));
  }

  /** Routes of the table until now: the kind of route, or "delete", and the prefix. */
  List<String> routes() throws IOException {
    return all("").stream()
        .filter(each -> !each.startsWith("up") && !each.startsWith("rule"))
        .toList();
  }

  /** What was written until now, and when the device of that name came up. */
  List<String> all(String device) throws IOException {
    List<String> writes = new ArrayList<>();
    // The kernel has queued what was written before it answered the writer.
    for (List<RouteEvent> events = next(); !events.isEmpty(); events = next()) {
      for (RouteEvent event : events) {
        switch (event) {
          case RouteEvent.LinkChanged changed -> {
            if (changed.link().name().equals(device) && changed.link().isUp() && !up) {
              up = true;
              writes.add("up");
            }
          }
          case RouteEvent.RouteChanged changed -> add(changed.route(), "", writes);
          case RouteEvent.RouteRemoved removed -> add(removed.route(), "delete", writes);
          case RouteEvent.RuleAdded added -> add(added.rule(), "rule", writes);
          case RouteEvent.RuleRemoved removed -> add(removed.rule(), "rule deleted", writes);
          default -> {}
        }
      }
    }
    return writes;
  }

  private List<RouteEvent> next() throws IOException {
    return monitor.next(Duration.ZERO);
  }

  private static void add(Rule rule, String what, List<String> writes) {
    writes.add(what + " " + rule.priority());
  }

  private static void add(Route route, String what, List<String> writes) {
    if (route.table() == RoutingPolicy.STANDARD.table()) {
      String kind = what.isEmpty() ? route.type().name().toLowerCase(Locale.ROOT) : what;
      writes.add(kind + " " + WireGuardTable.prefix(route).addressText());
    }
  }

  @Override
  public void close() {
    monitor.close();
  }
}
