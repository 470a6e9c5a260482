package dev.azwg.wg.mesh;

import dev.azwg.ipam.address.IpPrefix;
import dev.azwg.wg.mesh.DesiredState.NodeRoutes;
import java.util.List;
import java.util.Map;
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
  private final SortedMap<IpPrefix, RouteTarget> routes = new TreeMap<>();
  private final SortedMap<String, NodeRoutes> nodes = new TreeMap<>();
  private final SortedSet<IpPrefix> untunnelled = new TreeSet<>();

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
    addresses.claimHolders().forEach(this::lead);
    SortedSet<IpPrefix> outOfScope = new TreeSet<>();
    for (PeerRecord record : others) {
      for (IpPrefix host : addresses.nodeAddressesOf(record)) {
        if (config.hostScope() && record.hostScope()) {
          lead(host, record.node());
        } else {
          outOfScope.add(host);
        }
      }
    }
    if (config.mode() == Mode.STRICT) {
      config.clusterRanges().forEach(range -> refuse(range, outOfScope));
    }
  }

  SortedMap<IpPrefix, RouteTarget> routes() {
    return routes;
  }

  SortedMap<String, NodeRoutes> nodes() {
    return nodes;
  }

  /** What other nodes hold and no tunnel leads to. */
  SortedSet<IpPrefix> untunnelled() {
    return untunnelled;
  }

  private void lead(IpPrefix prefix, String node) {
    if (node.equals(self)) {
      routes.put(prefix, RouteTarget.THROW);
      return;
    }
    PeerDraft draft = drafts.get(node);
    if (draft != null) {
      draft.allow(prefix);
    }
    RouteTarget target = target(draft);
    routes.put(prefix, target);
    if (target != RouteTarget.DEVICE) {
      untunnelled.add(prefix);
    }
    nodes.merge(
        node,
        new NodeRoutes(target, 1),
        (known, one) -> new NodeRoutes(target, known.prefixes() + 1));
  }

  /** Where the addresses of a node lead that has that peer, or none. */
  private RouteTarget target(@Nullable PeerDraft draft) {
    if (draft != null && draft.tunnelled()) {
      return RouteTarget.DEVICE;
    }
    return config.mode() == Mode.STRICT ? RouteTarget.UNREACHABLE : RouteTarget.THROW;
  }

  /** What is in a range of the cluster and belongs to nobody leads nowhere. */
  private void refuse(IpPrefix range, SortedSet<IpPrefix> outOfScope) {
    for (IpPrefix exempt : config.neverTunnelled()) {
      if (exempt.contains(range)) {
        return;
      }
    }
    routes.putIfAbsent(range, RouteTarget.UNREACHABLE);
    for (IpPrefix exempt : config.neverTunnelled()) {
      if (range.contains(exempt)) {
        routes.putIfAbsent(exempt, RouteTarget.THROW);
      }
    }
    for (IpPrefix host : outOfScope) {
      if (range.contains(host)) {
        routes.putIfAbsent(host, RouteTarget.THROW);
      }
    }
  }
}
