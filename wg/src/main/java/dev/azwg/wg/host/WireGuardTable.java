package dev.azwg.wg.host;

import static dev.azwg.netlink.libc.LinuxConstants.AF_INET;
import static dev.azwg.netlink.libc.LinuxConstants.AF_INET6;

import dev.azwg.ipam.address.IpPrefix;
import dev.azwg.netlink.NetlinkException;
import dev.azwg.netlink.libc.Errno;
import dev.azwg.netlink.route.Route;
import dev.azwg.netlink.route.RouteBuilder;
import dev.azwg.netlink.route.RouteChange;
import dev.azwg.netlink.route.RouteConstants;
import dev.azwg.netlink.route.RouteFailure;
import dev.azwg.netlink.route.RouteNetlink;
import dev.azwg.netlink.route.RouteType;
import dev.azwg.wg.mesh.RouteTarget;
import dev.azwg.wg.mesh.SortedRoutes;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/**
 * The routes of the WireGuard table, as far as they are ours: those with our protocol number.
 *
 * <p>A route of another protocol is left alone, unless the kernel would prefer it to one of ours:
 * NLM_F_REPLACE takes the place of the first route of that prefix and metric, whoever made it, both
 * when we do it and when others do. So one that took our route's place is replaced, and one that
 * was put in front of it, or has a better metric, is removed.
 *
 * <p>A backstop lies behind each route into the device, with a worse metric and {@code
 * unreachable}: the kernel removes routes with their device, and without a backstop packets would
 * then leave unencrypted until the device is back. For strict mode.
 */
public final class WireGuardTable {
  /** Marks routes and rules as ours; not assigned in iproute2's rt_protos. */
  public static final int PROTOCOL = 142;

  // IP6_RT_PRIO_USER of net/ipv6: what the kernel takes where no metric is given.
  private static final int IPV6_METRIC = 1024;

  /** Worse than what routes of ours have, 0 in IPv4 and 1024 in IPv6. */
  public static final int BACKSTOP_METRIC = 9999;

  private static final int CHANGES_AT_ONCE = 2048;

  private final RouteNetlink netlink;
  private final int table;
  private final boolean backstops;

  /** A table without backstops. */
  public WireGuardTable(RouteNetlink netlink, int table) {
    this(netlink, table, false);
  }

  /**
   * A table.
   *
   * @param backstops whether nothing may leave unencrypted when the device goes
   */
  public WireGuardTable(RouteNetlink netlink, int table, boolean backstops) {
    this.netlink = netlink;
    this.table = table;
    this.backstops = backstops;
  }

  /**
   * A route as it was found.
   *
   * @param target where it leads, if it leads where one of ours may
   * @param route all of it, unless it is just as one of ours is made
   */
  private record Found(IpPrefix prefix, @Nullable RouteTarget target, @Nullable Route route) {}

  private Found found(Route route, int deviceIndex) {
    RouteTarget target = target(route, deviceIndex).orElse(null);
    boolean asMade = target != null && route.protocol() == PROTOCOL && isAsMade(route, target);
    return new Found(prefix(route), target, asMade ? null : route);
  }

  // Not by a comparison with the one that is made: there may be very many.
  private static boolean isAsMade(Route route, RouteTarget target) {
    boolean onDevice = target == RouteTarget.DEVICE && route.family() == AF_INET;
    return isPlain(route)
        && route.scope()
            == (onDevice ? RouteConstants.RT_SCOPE_LINK : RouteConstants.RT_SCOPE_UNIVERSE)
        && route.gateway() == null
        && route.preferredSource() == null
        && route.mtu() == 0
        && route.advertisedMss() == 0
        && !route.onLink()
        && route.nextHops().isEmpty();
  }

  /** Everything that the table holds. */
  public TableContent read(int deviceIndex) throws IOException {
    Map<IpPrefix, RouteTarget> routes = new HashMap<>();
    Set<IpPrefix> backstopped = new HashSet<>();
    List<Route> strays = new ArrayList<>();
    List<Route> others = new ArrayList<>();
    for (int family : new int[] {AF_INET, AF_INET6}) {
      for (Found found : netlink.routes(family, table, route -> found(route, deviceIndex))) {
        IpPrefix prefix = found.prefix();
        RouteTarget target = found.target();
        Route route = found.route();
        if (route != null && route.protocol() != PROTOCOL) {
          others.add(route);
        } else if (route != null && isBackstop(route)) {
          backstopped.add(prefix);
        } else if ((route == null || isPlain(route))
            && target != null
            && !routes.containsKey(prefix)) {
          routes.put(prefix, target);
        } else if (route != null) {
          strays.add(route);
        } else if (target != null) {
          strays.add(route(prefix, target, deviceIndex));
        }
      }
    }
    return new TableContent(SortedRoutes.copyOf(routes), backstopped, strays, others);
  }

  /**
   * Our routes in the kernel. A route that points at another device than {@code deviceIndex} is
   * left out, so that it is replaced.
   */
  public SortedMap<IpPrefix, RouteTarget> observe(int deviceIndex) throws IOException {
    return read(deviceIndex).routes();
  }

  /**
   * Removes every route with our protocol number.
   *
   * @return how many there were
   */
  public int clear() throws IOException {
    Changes changes = new Changes();
    for (int family : new int[] {AF_INET, AF_INET6}) {
      for (Route route : netlink.routes(family, table)) {
        if (route.protocol() == PROTOCOL) {
          changes.add(new RouteChange.Delete(route));
        }
      }
    }
    return changes.finish();
  }

  /** Whether a route has the metric of those of ours that are no backstops. */
  public static boolean isPlain(Route route) {
    return route.priority() == plainMetric(route);
  }

  /** Whether the kernel prefers a route of the same prefix to ours, or may choose it as well. */
  public static boolean precedesOurs(Route route) {
    return Integer.compareUnsigned(route.priority(), plainMetric(route)) <= 0;
  }

  private static boolean isBackstop(Route route) {
    return route.type() == RouteType.UNREACHABLE && route.priority() == BACKSTOP_METRIC;
  }

  private static int plainMetric(Route route) {
    return route.family() == AF_INET ? 0 : IPV6_METRIC;
  }

  /** The prefix that a route of the table is for. */
  public static IpPrefix prefix(Route route) {
    return new IpPrefix(route.destination(), route.prefixLength());
  }

  /** Where a route of the table leads, if it leads where one of ours may. */
  public static Optional<RouteTarget> target(Route route, int deviceIndex) {
    return switch (route.type()) {
      case THROW -> Optional.of(RouteTarget.THROW);
      case UNREACHABLE -> Optional.of(RouteTarget.UNREACHABLE);
      case UNICAST ->
          route.outputInterface() == deviceIndex
              ? Optional.of(RouteTarget.DEVICE)
              : Optional.empty();
      default -> Optional.empty();
    };
  }

  /** The same for a table that holds nothing but routes of ours. */
  public int apply(
      SortedMap<IpPrefix, RouteTarget> current,
      SortedMap<IpPrefix, RouteTarget> desired,
      int deviceIndex)
      throws IOException {
    return apply(new TableContent(current, Set.of(), List.of(), List.of()), desired, deviceIndex);
  }

  /**
   * Turns {@code current} into {@code desired}: backstops, then new and changed routes, each
   * replaced in one step, then those that are to go.
   *
   * @return how many routes were changed
   * @throws NetlinkException the first refusal, after everything else was done
   */
  public int apply(TableContent current, SortedMap<IpPrefix, RouteTarget> desired, int deviceIndex)
      throws IOException {
    Changes changes = new Changes();
    for (Map.Entry<IpPrefix, RouteTarget> entry : desired.entrySet()) {
      if (needsBackstop(entry.getValue()) && !current.backstops().contains(entry.getKey())) {
        changes.add(new RouteChange.Replace(backstop(entry.getKey())));
      }
    }
    for (Map.Entry<IpPrefix, RouteTarget> entry : desired.entrySet()) {
      if (entry.getValue() != current.routes().get(entry.getKey())) {
        changes.add(new RouteChange.Replace(route(entry.getKey(), entry.getValue(), deviceIndex)));
      }
    }
    // Only now, as ours may have taken the place of one of these.
    for (Route route : current.rivals(desired)) {
      changes.add(new RouteChange.Delete(route));
    }
    for (Route route : current.strays()) {
      changes.add(new RouteChange.Delete(route));
    }
    for (Map.Entry<IpPrefix, RouteTarget> entry : current.routes().entrySet()) {
      if (!desired.containsKey(entry.getKey())) {
        changes.add(new RouteChange.Delete(route(entry.getKey(), entry.getValue(), deviceIndex)));
      }
    }
    for (IpPrefix prefix : current.backstops()) {
      RouteTarget target = desired.get(prefix);
      if (target == null || !needsBackstop(target)) {
        changes.add(new RouteChange.Delete(backstop(prefix)));
      }
    }
    return changes.finish();
  }

  /** The prefixes that have a backstop when the table is as desired. */
  public Set<IpPrefix> backstops(SortedMap<IpPrefix, RouteTarget> desired) {
    Set<IpPrefix> prefixes = new HashSet<>();
    desired.forEach((prefix, target) -> {
      if (needsBackstop(target)) {
        prefixes.add(prefix);
      }
    });
    return prefixes;
  }

  /** Carries changes out as they come, so that those of a large table are not all in memory. */
  private final class Changes {
    private final List<RouteChange> waiting = new ArrayList<>();
    private int count;
    private @Nullable NetlinkException refused;

    void add(RouteChange change) throws IOException {
      waiting.add(change);
      count++;
      if (waiting.size() == CHANGES_AT_ONCE) {
        carryOut();
      }
    }

    private void carryOut() throws IOException {
      for (RouteFailure failure : netlink.apply(waiting)) {
        // The plugin removes its pod's route too, and whoever comes second finds it gone.
        boolean gone =
            failure.change() instanceof RouteChange.Delete
                && failure.cause().isRejectedWith(Errno.ESRCH);
        if (!gone && refused == null) {
          refused = failure.cause();
        }
      }
      waiting.clear();
    }

    /** Carries out what is left, and says how many changes there were. */
    int finish() throws IOException {
      carryOut();
      NetlinkException first = refused;
      if (first != null) {
        throw first;
      }
      return count;
    }
  }

  private boolean needsBackstop(RouteTarget target) {
    return backstops && target == RouteTarget.DEVICE;
  }

  private Route backstop(IpPrefix prefix) {
    return Route.to(prefix.address(), prefix.length())
        .table(table)
        .protocol(PROTOCOL)
        .type(RouteType.UNREACHABLE)
        .priority(BACKSTOP_METRIC)
        .build();
  }

  private Route route(IpPrefix prefix, RouteTarget target, int deviceIndex) {
    RouteBuilder route =
        Route.to(prefix.address(), prefix.length()).table(table).protocol(PROTOCOL);
    return switch (target) {
      case DEVICE -> route.type(RouteType.UNICAST).outputInterface(deviceIndex).build();
      case THROW -> route.type(RouteType.THROW).build();
      case UNREACHABLE -> route.type(RouteType.UNREACHABLE).build();
    };
  }
}
