package dev.azwg.wg.mesh;

import dev.azwg.ipam.address.IpPrefix;
import dev.azwg.wg.mesh.DesiredState.NodeRoutes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The WireGuard table of one node while it is planned. */
final class RoutePlan {
  private final MeshConfig config;
  private final String self;
  private final AddressHolders addresses;
  private final Map<String, PeerDraft> drafts;
  private SortedRoutes routes = SortedRoutes.EMPTY;
  private final SortedMap<String, NodeRoutes> nodes = new TreeMap<>();
  private final List<IpPrefix> untunnelled = new ArrayList<>();

  /**
   * An empty table.
   *
   * @param self the name of the node to plan for
   * @param drafts the peers by node; they receive their allowed IPs
   */
  RoutePlan(
      MeshConfig config, String self, AddressHolders addresses, Map<String, PeerDraft> drafts) {
    this.config = config;
    this.self = self;
    this.addresses = addresses;
    this.drafts = drafts;
  }

  /** Leads every address that a node holds to where it belongs. */
  void lead(List<PeerRecord> others) {
    for (PeerRecord record : others) {
      nodes.put(record.node(), new NodeRoutes(target(drafts.get(record.node())), 0));
    }
    Map<IpPrefix, String> hosts = new HashMap<>();
    SortedSet<IpPrefix> outOfScope = new TreeSet<>();
    for (PeerRecord record : others) {
      for (IpPrefix host : addresses.nodeAddressesOf(record)) {
        if (config.hostScope() && record.hostScope()) {
          hosts.put(host, record.node());
        } else {
          outOfScope.add(host);
        }
      }
    }
    List<IpPrefix> held = new ArrayList<>(addresses.claimed().size() + hosts.size());
    held.addAll(addresses.claimed());
    held.addAll(hosts.keySet());
    routes =
        SortedRoutes.of(
            SortedPrefixes.copyOf(held),
            prefix -> {
              String host = hosts.get(prefix);
              return lead(prefix, host != null ? host : addresses.claimant(prefix));
            });
    if (config.mode() == Mode.STRICT) {
      Map<IpPrefix, Optional<RouteTarget>> refused = new HashMap<>();
      config.clusterRanges().forEach(range -> refuse(range, outOfScope, refused));
      routes = routes.with(refused);
    }
  }

  SortedRoutes routes() {
    return routes;
  }

  SortedMap<String, NodeRoutes> nodes() {
    return nodes;
  }

  /** What other nodes hold and no tunnel leads to. */
  SortedPrefixes untunnelled() {
    return SortedPrefixes.copyOf(untunnelled);
  }

  private RouteTarget lead(IpPrefix prefix, String node) {
    if (node.equals(self)) {
      return RouteTarget.THROW;
    }
    PeerDraft draft = drafts.get(node);
    if (draft != null) {
      draft.allow(prefix);
    }
    RouteTarget target = target(draft);
    if (target != RouteTarget.DEVICE) {
      untunnelled.add(prefix);
    }
    nodes.merge(
        node,
        new NodeRoutes(target, 1),
        (known, one) -> new NodeRoutes(target, known.prefixes() + 1));
    return target;
  }

  /** Where the addresses of a node lead that has that peer, or none. */
  private RouteTarget target(@Nullable PeerDraft draft) {
    if (draft != null && draft.tunnelled()) {
      return RouteTarget.DEVICE;
    }
    return config.mode() == Mode.STRICT ? RouteTarget.UNREACHABLE : RouteTarget.THROW;
  }

  /** What is in a range of the cluster and belongs to nobody leads nowhere. */
  private void refuse(
      IpPrefix range,
      SortedSet<IpPrefix> outOfScope,
      Map<IpPrefix, Optional<RouteTarget>> refused) {
    for (IpPrefix exempt : config.neverTunnelled()) {
      if (exempt.contains(range)) {
        return;
      }
    }
    add(range, RouteTarget.UNREACHABLE, refused);
    for (IpPrefix exempt : config.neverTunnelled()) {
      if (range.contains(exempt)) {
        add(exempt, RouteTarget.THROW, refused);
      }
    }
    for (IpPrefix host : outOfScope) {
      if (range.contains(host)) {
        add(host, RouteTarget.THROW, refused);
      }
    }
  }

  private void add(
      IpPrefix prefix, RouteTarget target, Map<IpPrefix, Optional<RouteTarget>> additions) {
    if (!routes.containsKey(prefix)) {
      additions.putIfAbsent(prefix, Optional.of(target));
    }
  }
}
