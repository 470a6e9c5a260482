package dev.azwg.wg.scenario;

import static dev.azwg.wg.mesh.MeshFixtures.EPOCH;
import static dev.azwg.wg.mesh.MeshFixtures.NOW;
import static dev.azwg.wg.mesh.MeshFixtures.VERIFIED;
import static dev.azwg.wg.mesh.MeshFixtures.address;

import dev.azwg.ipam.address.IpPrefix;
import dev.azwg.netlink.NetlinkMessage;
import dev.azwg.netlink.fake.FakeKernel;
import dev.azwg.netlink.fake.FakeReply;
import dev.azwg.netlink.route.RouteNetlink;
import dev.azwg.wg.datastore.DirectoryDatastore;
import dev.azwg.wg.device.Endpoint;
import dev.azwg.wg.device.Peer;
import dev.azwg.wg.device.PeerConfig;
import dev.azwg.wg.host.RoutingPolicy;
import dev.azwg.wg.host.WireGuardTable;
import dev.azwg.wg.key.PublicKey;
import dev.azwg.wg.mesh.Claim;
import dev.azwg.wg.mesh.DesiredState;
import dev.azwg.wg.mesh.DeviceDelta;
import dev.azwg.wg.mesh.LocalNode;
import dev.azwg.wg.mesh.MeshFixtures;
import dev.azwg.wg.mesh.MeshPlanner;
import dev.azwg.wg.mesh.PeerRecord;
import dev.azwg.wg.mesh.RouteTarget;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A node from its datastore to what it would write: it reads the records when it is told to, plans,
 * and applies to a table whose kernel takes everything.
 */
final class ModelNode implements AutoCloseable {
  private static final int DEVICE = 7;

  /**
   * What one look at the records caused.
   *
   * @param peers the changes at the device
   * @param routes the routes written, with where they lead; without a target if they were deleted
   */
  record Writes(List<PeerConfig> peers, Map<IpPrefix, Optional<RouteTarget>> routes) {
    static final Writes NONE = new Writes(List.of(), Map.of());
  }

  private final FakeKernel kernel = new FakeKernel(request -> List.of(ack(request)));
  private final RouteNetlink netlink;
  private final LocalNode self;
  private final DirectoryDatastore datastore;
  private Map<PublicKey, String> incumbents = Map.of();
  private List<Peer> peers = List.of();
  private SortedMap<IpPrefix, RouteTarget> routes = new TreeMap<>();
  private DesiredState state;

  ModelNode(Path directory, Claim... claims) throws IOException {
    netlink = RouteNetlink.open(kernel);
    datastore = new DirectoryDatastore(directory, InstantSource.system());
    self = MeshFixtures.self(claims);
    state = plan();
  }

  private static byte[] ack(NetlinkMessage request) {
    return FakeReply.to(request).ack().toDatagram();
  }

  /** A record of a node at 10.240.0.{@code host}; without a key if that is 0. */
  static PeerRecord node(String name, int key, int host, Claim... claims) {
    InetAddress address = address("10.240.0." + host);
    return new PeerRecord(
        name,
        key == 0 ? Optional.empty() : Optional.of(MeshFixtures.key(key)),
        EPOCH,
        List.of(new Endpoint(address, 51820)),
        List.of(address),
        true,
        List.of(claims));
  }

  static Claim claim(String prefix, int seconds) {
    return MeshFixtures.claim(prefix, seconds);
  }

  void publish(PeerRecord... records) throws IOException {
    for (PeerRecord record : records) {
      var _ = datastore.publish(record);
    }
  }

  void withdraw(String node) throws IOException {
    datastore.withdraw(node);
  }

  DesiredState state() {
    return state;
  }

  /** Where an address leads. */
  Optional<RouteTarget> route(String prefix) {
    return Optional.ofNullable(routes.get(MeshFixtures.prefix(prefix)));
  }

  /** Reads the records and carries out what follows from them. */
  Writes look() throws IOException {
    state = plan();
    List<PeerConfig> changes = DeviceDelta.between(peers, state.peers().values());
    int before = kernel.requests().size();
    int applied =
        new WireGuardTable(netlink, RoutingPolicy.STANDARD.table())
            .apply(routes, state.routes(), DEVICE);
    int requests = kernel.requests().size() - before;
    Map<IpPrefix, Optional<RouteTarget>> written = new HashMap<>();
    state
        .routes()
        .forEach((prefix, target) -> {
          if (routes.get(prefix) != target) {
            written.put(prefix, Optional.of(target));
          }
        });
    routes.keySet().stream()
        .filter(prefix -> !state.routes().containsKey(prefix))
        .forEach(prefix -> written.put(prefix, Optional.empty()));
    if (applied != requests || requests != written.size()) {
      throw new AssertionError(requests + " requests for " + written);
    }
    Map<PublicKey, String> nodes = new HashMap<>();
    state.peers().forEach((key, peer) -> nodes.put(key, peer.node()));
    incumbents = nodes;
    routes = new TreeMap<>(state.routes());
    peers =
        state.peers().values().stream()
            .map(peer ->
                Peer.unseen(
                    peer.publicKey(),
                    Optional.of(peer.endpoint()),
                    List.copyOf(peer.allowedIps()),
                    peer.persistentKeepalive()))
            .toList();
    return new Writes(changes, written);
  }

  private DesiredState plan() throws IOException {
    return new MeshPlanner(MeshFixtures.config())
        .plan(self, datastore.read().records(), incumbents, VERIFIED, NOW);
  }

  @Override
  public void close() {
    datastore.close();
    netlink.close();
  }
}
