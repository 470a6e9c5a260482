package dev.azwg.wg.host.nft;

import static dev.azwg.wg.mesh.MeshFixtures.prefix;

import dev.azwg.ipam.address.IpPrefix;
import dev.azwg.wg.mesh.DesiredState;
import dev.azwg.wg.mesh.Mode;
import dev.azwg.wg.mesh.RouteTarget;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/** Desired states of which only that matters which concerns the packet filter. */
record Desired(SortedSet<IpPrefix> peers, SortedMap<IpPrefix, RouteTarget> routes, int mtu) {
  static final Desired NONE = new Desired(new TreeSet<>(), new TreeMap<>(), 1340);

  Desired peer(String address) {
    SortedSet<IpPrefix> more = new TreeSet<>(peers);
    more.add(prefix(address));
    return new Desired(more, routes, mtu);
  }

  Desired route(String address, RouteTarget target) {
    SortedMap<IpPrefix, RouteTarget> more = new TreeMap<>(routes);
    more.put(prefix(address), target);
    return new Desired(peers, more, mtu);
  }

  Desired withMtu(int other) {
    return new Desired(peers, routes, other);
  }

  DesiredState state() {
    SortedSet<IpPrefix> untunnelled = new TreeSet<>();
    routes.forEach((prefix, target) -> {
      if (target != RouteTarget.DEVICE) {
        untunnelled.add(prefix);
      }
    });
    return new DesiredState(
        Map.of(), routes, new TreeMap<>(), peers, untunnelled, List.of(), mtu, new TreeSet<>());
  }

  static FirewallPolicy policy(boolean hostScope, Mode mode) {
    return new FirewallPolicy(
        "azwg0",
        51820,
        0x100000,
        hostScope,
        mode,
        mode == Mode.STRICT ? List.of(prefix("10.240.0.0/16"), prefix("10.240.3.0/24")) : List.of(),
        List.of(prefix("10.240.0.200")));
  }
}
