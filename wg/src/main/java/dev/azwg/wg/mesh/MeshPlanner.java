package dev.azwg.wg.mesh;

import dev.azwg.ipam.address.IpPrefix;
import dev.azwg.wg.device.Endpoint;
import dev.azwg.wg.key.PublicKey;
import dev.azwg.wg.mesh.DesiredState.NodeRoutes;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Turns what all nodes publish into what the kernel of one node should hold. */
public final class MeshPlanner {
  /** How far the clocks of two nodes may be apart. */
  private static final Duration CLOCK_SKEW = Duration.ofMinutes(5);

  private final MeshConfig config;

  public MeshPlanner(MeshConfig config) {
    this.config = config;
  }

  /**
   * Plans for one node.
   *
   * @param self the node to plan for
   * @param records the records of all nodes; that of {@code self} is passed over
   * @param incumbents the node that each peer in the device stands for, as far as it is known
   * @param paths says of each key whether its peer is verified: only then are routes led into the
   *     tunnel
   * @param now what is dated much later is not followed
   */
  public DesiredState plan(
      LocalNode self,
      List<PeerRecord> records,
      Map<PublicKey, String> incumbents,
      Function<PublicKey, PeerUse> paths,
      Instant now) {
    Instant latest = now.plus(CLOCK_SKEW);
    SortedSet<Finding> findings = new TreeSet<>();
    List<PeerRecord> others = believable(self, records, latest, findings);
    KeyHolders keys = KeyHolders.of(self, others, incumbents, findings);
    AddressHolders addresses = holders(self, others, latest, findings);

    Map<String, Draft> drafts = new HashMap<>();
    for (PeerRecord record : others) {
      draft(self, record, keys, addresses, paths, findings)
          .ifPresent(draft -> drafts.put(record.node(), draft));
    }
    SortedMap<String, NodeRoutes> nodes = new TreeMap<>();
    SortedMap<IpPrefix, RouteTarget> routes = routes(self, others, addresses, drafts, nodes);

    Map<PublicKey, DesiredPeer> peers = HashMap.newHashMap(drafts.size());
    boolean outerIpv6 = false;
    for (Map.Entry<String, Draft> entry : drafts.entrySet()) {
      Draft draft = entry.getValue();
      outerIpv6 |= draft.endpoint.address() instanceof Inet6Address;
      peers.put(draft.key, draft.peer(entry.getKey()));
    }
    return new DesiredState(
        peers,
        routes,
        nodes,
        config.hostScope() ? self.addresses() : List.of(),
        config.mtu() != 0
            ? config.mtu()
            : TunnelMtu.of(self.underlayMtu(), config.fabricMtu(), outerIpv6),
        findings);
  }

  private static final class Draft {
    private final PublicKey key;
    private final Endpoint endpoint;
    private final PeerUse use;
    private final SortedSet<IpPrefix> allowedIps = new TreeSet<>();

    Draft(PublicKey key, Endpoint endpoint, PeerUse use) {
      this.key = key;
      this.endpoint = endpoint;
      this.use = use;
    }

    DesiredPeer peer(String node) {
      return new DesiredPeer(node, key, endpoint, allowedIps, use.persistentKeepalive());
    }
  }

  private static List<PeerRecord> believable(
      LocalNode self, List<PeerRecord> records, Instant latest, SortedSet<Finding> findings) {
    List<PeerRecord> others = new ArrayList<>(records.size());
    for (PeerRecord record : records) {
      if (record.keySince().isAfter(latest)) {
        findings.add(
            new Finding(
                Finding.Kind.FUTURE_INSTANT,
                record.node(),
                "keySince",
                record.keySince().toString()));
      } else if (!record.node().equals(self.name())) {
        others.add(record);
      }
    }
    return others;
  }

  private AddressHolders holders(
      LocalNode self, List<PeerRecord> others, Instant latest, SortedSet<Finding> findings) {
    AddressHolders addresses = new AddressHolders(config, self, latest, findings);
    // No record may take this node's own addresses: nothing is newer than what the kernel has now.
    addresses.nodeAddresses(self.name(), Instant.MAX, self.addresses());
    for (PeerRecord record : others) {
      addresses.nodeAddresses(record.node(), record.keySince(), record.nodeAddresses());
    }
    addresses.claims(self.name(), self.claims());
    for (PeerRecord record : others) {
      addresses.claims(record.node(), record.claims());
    }
    return addresses;
  }

  private Optional<Draft> draft(
      LocalNode self,
      PeerRecord record,
      KeyHolders keys,
      AddressHolders addresses,
      Function<PublicKey, PeerUse> paths,
      SortedSet<Finding> findings) {
    PublicKey key = record.publicKey().orElse(null);
    if (key == null) {
      findings.add(new Finding(Finding.Kind.NO_KEY, record.node(), record.node(), "no public key"));
      return Optional.empty();
    }
    if (!keys.holds(record)) {
      return Optional.empty();
    }
    Optional<Endpoint> endpoint = endpoint(self, record, addresses);
    if (endpoint.isEmpty()) {
      findings.add(
          new Finding(
              Finding.Kind.NO_ENDPOINT,
              record.node(),
              record.endpoints().toString(),
              "no endpoint on an address that the node holds, in a family that this node has"));
    }
    return endpoint.map(found -> new Draft(key, found, paths.apply(key)));
  }

  /** The first endpoint that is an address of its node and that this node can send to. */
  private static Optional<Endpoint> endpoint(
      LocalNode self, PeerRecord record, AddressHolders addresses) {
    for (Endpoint endpoint : record.endpoints()) {
      if (addresses.holdsNodeAddress(record.node(), endpoint.address())
          && hasFamilyOf(self.addresses(), endpoint.address())) {
        return Optional.of(endpoint);
      }
    }
    return Optional.empty();
  }

  private static boolean hasFamilyOf(List<InetAddress> addresses, InetAddress wanted) {
    for (InetAddress address : addresses) {
      if (address.getClass() == wanted.getClass()) {
        return true;
      }
    }
    return false;
  }

  private SortedMap<IpPrefix, RouteTarget> routes(
      LocalNode self,
      List<PeerRecord> others,
      AddressHolders addresses,
      Map<String, Draft> drafts,
      SortedMap<String, NodeRoutes> nodes) {
    SortedMap<IpPrefix, RouteTarget> routes = new TreeMap<>();
    for (PeerRecord record : others) {
      nodes.put(record.node(), new NodeRoutes(target(drafts.get(record.node())), 0));
    }
    addresses
        .claimHolders()
        .forEach((prefix, node) -> routes.put(prefix, route(self, node, prefix, drafts, nodes)));
    for (PeerRecord record : others) {
      if (config.hostScope() && record.hostScope()) {
        for (InetAddress address : heldAddresses(record, addresses)) {
          IpPrefix host = IpPrefix.hostOf(address);
          routes.put(host, route(self, record.node(), host, drafts, nodes));
        }
      }
    }
    return routes;
  }

  private static List<InetAddress> heldAddresses(PeerRecord record, AddressHolders addresses) {
    List<InetAddress> held = new ArrayList<>();
    for (InetAddress address : record.nodeAddresses()) {
      if (addresses.holdsNodeAddress(record.node(), address)) {
        held.add(address);
      }
    }
    return held;
  }

  private RouteTarget route(
      LocalNode self,
      String node,
      IpPrefix prefix,
      Map<String, Draft> drafts,
      SortedMap<String, NodeRoutes> nodes) {
    if (node.equals(self.name())) {
      return RouteTarget.THROW;
    }
    Draft draft = drafts.get(node);
    if (draft != null) {
      draft.allowedIps.add(prefix);
    }
    RouteTarget target = target(draft);
    nodes.merge(
        node,
        new NodeRoutes(target, 1),
        (known, one) -> new NodeRoutes(target, known.prefixes() + 1));
    return target;
  }

  /** Where the addresses of a node lead that has that peer, or none. */
  private RouteTarget target(@Nullable Draft draft) {
    if (draft != null && draft.use.tunnelled()) {
      return RouteTarget.DEVICE;
    }
    return config.mode() == Mode.STRICT ? RouteTarget.UNREACHABLE : RouteTarget.THROW;
  }
}
