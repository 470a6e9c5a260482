package dev.azwg.wg.host;

import dev.azwg.ipam.address.IpPrefix;
import dev.azwg.netlink.route.Route;
import dev.azwg.wg.mesh.RouteTarget;
import dev.azwg.wg.mesh.SortedRoutes;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;

/**
 * What the WireGuard table was found to hold.
 *
 * @param routes ours, as far as they are as they are made
 * @param backstops the prefixes that have a {@link WireGuardTable backstop}
 * @param strays routes with our protocol number that are none of both: another metric, another
 *     device, a second one of the same prefix
 * @param others routes of other protocols
 */
public record TableContent(
    SortedMap<IpPrefix, RouteTarget> routes,
    Set<IpPrefix> backstops,
    List<Route> strays,
    List<Route> others) {
  /** Nothing at all. */
  public static final TableContent EMPTY =
      new TableContent(SortedRoutes.EMPTY, Set.of(), List.of(), List.of());

  public TableContent {
    routes = SortedRoutes.copyOf(routes);
    backstops = Set.copyOf(backstops);
    strays = List.copyOf(strays);
    others = List.copyOf(others);
  }

  /** The same with other routes of ours. */
  public TableContent withRoutes(SortedMap<IpPrefix, RouteTarget> other) {
    return new TableContent(other, backstops, strays, others);
  }

  /** What is there after it was brought to these routes of ours. */
  public TableContent after(SortedMap<IpPrefix, RouteTarget> desired, Set<IpPrefix> backstopped) {
    List<Route> left = new ArrayList<>(others);
    left.removeAll(rivals(desired));
    return new TableContent(desired, backstopped, List.of(), left);
  }

  /**
   * The routes of others that the kernel prefers to one of ours: the same prefix, and a metric that
   * is not worse. All others of theirs are left alone.
   */
  public List<Route> rivals(Map<IpPrefix, RouteTarget> desired) {
    List<Route> rivals = new ArrayList<>();
    for (Route route : others) {
      if (desired.containsKey(WireGuardTable.prefix(route)) && WireGuardTable.precedesOurs(route)) {
        rivals.add(route);
      }
    }
    return rivals;
  }
}
