package dev.azwg.wg.mesh;

import dev.azwg.ipam.address.IpPrefix;
import dev.azwg.wg.device.Endpoint;
import dev.azwg.wg.key.PublicKey;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Predicate;

/** Turns what all nodes publish into what the kernel of one node should hold. */
public final class MeshPlanner {
  /** How far the clocks of two nodes may be apart. */
  public static final Duration CLOCK_SKEW = Duration.ofMinutes(5);

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
    AddressHolders addresses = new AddressHolders(config, self, latest, findings);
    holders(addresses, self, others, record -> keys.holds(record) && isLive(record, paths));

    Map<String, PeerDraft> drafts = new HashMap<>();
    for (PeerRecord record : others) {
      draft(self, record, keys, addresses, paths, findings)
          .ifPresent(draft -> drafts.put(record.node(), draft));
    }
    RoutePlan routes = new RoutePlan(config, self.name(), addresses, drafts);
    routes.lead(others);

    Map<PublicKey, DesiredPeer> peers = HashMap.newHashMap(drafts.size());
    SortedSet<IpPrefix> peerAddresses = new TreeSet<>();
    boolean outerIpv6 = false;
    for (PeerDraft draft : drafts.values()) {
      outerIpv6 |= draft.outerIpv6();
      peerAddresses.addAll(draft.addresses());
      peers.put(draft.key(), draft.peer());
    }
    return new DesiredState(
        peers,
        routes.routes(),
        routes.nodes(),
        peerAddresses,
        routes.untunnelled(),
        config.hostScope() ? self.addresses() : List.of(),
        config.mtu() != 0
            ? config.mtu()
            : TunnelMtu.of(self.underlayMtu(), config.fabricMtu(), outerIpv6),
        findings);
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

  private static boolean isLive(PeerRecord record, Function<PublicKey, PeerUse> paths) {
    return record.publicKey().filter(key -> paths.apply(key).live()).isPresent();
  }

  private static void holders(
      AddressHolders addresses,
      LocalNode self,
      List<PeerRecord> others,
      Predicate<PeerRecord> live) {
    // No record may take this node's own addresses: nothing is newer than what the kernel has now.
    addresses.nodeAddresses(self.name(), true, Instant.MAX, self.addresses());
    for (PeerRecord record : others) {
      // Otherwise whoever can publish a record could cut a working node off.
      addresses.nodeAddresses(
          record.node(), live.test(record), record.keySince(), record.nodeAddresses());
    }
    addresses.claims(self.name(), self.claims());
    for (PeerRecord record : others) {
      addresses.claims(record.node(), record.claims());
    }
  }

  private Optional<PeerDraft> draft(
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
    return endpoint.map(found ->
        new PeerDraft(
            record.node(), key, found, paths.apply(key), addresses.nodeAddressesOf(record)));
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
}
