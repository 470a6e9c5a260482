package dev.azwg.wg.host;

import static dev.azwg.netlink.libc.LinuxConstants.AF_INET;
import static dev.azwg.netlink.libc.LinuxConstants.AF_INET6;

import dev.azwg.ipam.address.IpPrefix;
import dev.azwg.netlink.NetlinkException;
import dev.azwg.netlink.libc.Errno;
import dev.azwg.netlink.route.Route;
import dev.azwg.netlink.route.RouteBuilder;
import dev.azwg.netlink.route.RouteChange;
import dev.azwg.netlink.route.RouteFailure;
import dev.azwg.netlink.route.RouteNetlink;
import dev.azwg.netlink.route.RouteType;
import dev.azwg.wg.mesh.RouteTarget;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** The routes of the WireGuard table, as far as they are ours: those with our protocol number. */
public final class WireGuardTable {
  /** Marks routes and rules as ours; not assigned in iproute2's rt_protos. */
  public static final int PROTOCOL = 142;

  private final RouteNetlink netlink;
  private final int table;

  public WireGuardTable(RouteNetlink netlink, int table) {
    this.netlink = netlink;
    this.table = table;
  }

  /**
   * Our routes in the kernel. A route that points at another device than {@code deviceIndex} is
   * left out, so that it is replaced.
   */
  public SortedMap<IpPrefix, RouteTarget> observe(int deviceIndex) throws IOException {
    SortedMap<IpPrefix, RouteTarget> observed = new TreeMap<>();
    for (int family : new int[] {AF_INET, AF_INET6}) {
      for (Route route : netlink.routes(family, table)) {
        if (route.protocol() == PROTOCOL) {
          target(route, deviceIndex).ifPresent(target -> observed.put(prefix(route), target));
        }
      }
    }
    return observed;
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

  /**
   * Turns {@code current} into {@code desired}: new and changed routes first, each replaced in one
   * step, then those that are to go.
   *
   * @return how many routes were changed
   * @throws NetlinkException the first refusal, after everything else was done
   */
  public int apply(
      SortedMap<IpPrefix, RouteTarget> current,
      SortedMap<IpPrefix, RouteTarget> desired,
      int deviceIndex)
      throws IOException {
    List<RouteChange> changes = new ArrayList<>();
    for (Map.Entry<IpPrefix, RouteTarget> entry : desired.entrySet()) {
      if (entry.getValue() != current.get(entry.getKey())) {
        changes.add(new RouteChange.Replace(route(entry.getKey(), entry.getValue(), deviceIndex)));
      }
    }
    for (Map.Entry<IpPrefix, RouteTarget> entry : current.entrySet()) {
      if (!desired.containsKey(entry.getKey())) {
        changes.add(new RouteChange.Delete(route(entry.getKey(), entry.getValue(), deviceIndex)));
      }
    }
    NetlinkException refused = null;
    for (RouteFailure failure : netlink.apply(changes)) {
      // The plugin removes its pod's route too, and whoever comes second finds it gone.
      boolean gone =
          failure.change() instanceof RouteChange.Delete
              && failure.cause().isRejectedWith(Errno.ESRCH);
      if (!gone && refused == null) {
        refused = failure.cause();
      }
    }
    if (refused != null) {
      throw refused;
    }
    return changes.size();
  }

  /**
   * Removes our routes.
   *
   * @param deviceIndex the device that they may lead to, 0 if there is none
   * @return how many there were
   */
  public int clear(int deviceIndex) throws IOException {
    return apply(observe(deviceIndex), new TreeMap<>(), deviceIndex);
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
