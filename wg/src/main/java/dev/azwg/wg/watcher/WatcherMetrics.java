package dev.azwg.wg.watcher;

import dev.azwg.wg.device.Device;
import dev.azwg.wg.device.Peer;
import dev.azwg.wg.host.nft.Counter;
import dev.azwg.wg.key.PublicKey;
import dev.azwg.wg.mesh.DesiredState;
import dev.azwg.wg.mesh.DesiredState.NodeRoutes;
import dev.azwg.wg.mesh.Finding;
import dev.azwg.wg.mesh.PeerPath;
import dev.azwg.wg.mesh.RouteTarget;
import dev.azwg.wg.metrics.Exposition;
import dev.azwg.wg.metrics.Exposition.Sample;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * What the daemon has and does, as metrics. The families that begin with {@code wireguard_} have
 * the names and labels of Calico's Felix, so that its dashboards go on working.
 */
final class WatcherMetrics {
  private static final double MICROS_PER_SECOND = 1e6;
  private static final double MILLIS_PER_SECOND = 1e3;

  private final Options options;
  private final PublicKey publicKey;
  private final StatusBoard board;
  private final ApiHandler.DeviceReader device;
  private final Protection protection;
  private final Log log;

  WatcherMetrics(
      Options options,
      PublicKey publicKey,
      StatusBoard board,
      ApiHandler.DeviceReader device,
      Protection protection,
      Log log) {
    this.options = options;
    this.publicKey = publicKey;
    this.board = board;
    this.device = device;
    this.protection = protection;
    this.log = log;
  }

  /** All families, as of now. A device that cannot be read is left out. */
  Exposition take() {
    Exposition metrics = new Exposition();
    StatusBoard.Status status = board.status();
    Device observed = read();
    if (observed != null) {
      device(metrics, observed);
    }
    daemon(metrics, status);
    packetFilter(metrics);
    status.desired().ifPresent(desired -> mesh(metrics, desired));
    return metrics;
  }

  /** What was not encrypted; without a packet filter nobody knows. */
  private void packetFilter(Exposition metrics) {
    metrics.gauge(
        "azwg_packet_filter",
        "Whether the packet filter is in use.",
        protection.isActive() ? 1 : 0);
    Map<Counter, Counter.Count> counts;
    try {
      counts = protection.counters();
    } catch (IOException e) {
      log.warn("cannot read the packet filter for metrics", "error", e.getMessage());
      return;
    }
    List<Sample> packets = new ArrayList<>();
    List<Sample> bytes = new ArrayList<>();
    counts.forEach((counter, count) -> {
      String verdict = counter.refused() ? "refused" : "plaintext";
      String direction = counter.incoming() ? "in" : "out";
      packets.add(Sample.of((double) count.packets(), "verdict", verdict, "direction", direction));
      bytes.add(Sample.of((double) count.bytes(), "verdict", verdict, "direction", direction));
    });
    metrics.counter(
        "azwg_unencrypted_packets",
        "Packets of and for other nodes' addresses that were not encrypted.",
        packets);
    metrics.counter("azwg_unencrypted_bytes", "Bytes of these packets.", bytes);
  }

  private @Nullable Device read() {
    try {
      return device.read();
    } catch (IOException e) {
      log.warn("cannot read the device for metrics", "error", e.getMessage());
      return null;
    }
  }

  private void device(Exposition metrics, Device observed) {
    metrics.gauge(
        "wireguard_meta",
        "The device and its key, always 1.",
        List.of(
            Sample.of(
                1,
                "hostname",
                options.node(),
                "public_key",
                publicKey.toString(),
                "iface",
                options.device(),
                "listen_port",
                Integer.toString(observed.listenPort()))));
    List<Peer> peers = observed.peers();
    metrics.gauge(
        "wireguard_latest_handshake_seconds",
        "When the last handshake with the peer was completed, in seconds since 1970; 0 if never.",
        perPeer(
            peers,
            peer ->
                peer.lastHandshake().map(at -> at.toEpochMilli() / MILLIS_PER_SECOND).orElse(0.0)));
    metrics.untyped(
        "wireguard_bytes_sent", "Encrypted bytes sent to the peer.", perPeer(peers, Peer::txBytes));
    metrics.untyped(
        "wireguard_bytes_rcvd",
        "Encrypted bytes received from the peer.",
        perPeer(peers, Peer::rxBytes));
    metrics.gauge("azwg_peers", "The device's peers.", peers.size());
    long allowed = peers.stream().mapToLong(peer -> peer.allowedIps().size()).sum();
    metrics.gauge(
        "azwg_allowed_ips", "The allowed IPs of all peers of the device.", (double) allowed);
  }

  private List<Sample> perPeer(Collection<Peer> peers, ToDoubleFunction<Peer> value) {
    List<Sample> samples = new ArrayList<>(peers.size());
    for (Peer peer : peers) {
      samples.add(
          Sample.of(
              value.applyAsDouble(peer),
              "hostname",
              options.node(),
              "public_key",
              publicKey.toString(),
              "peer_key",
              peer.publicKey().toString(),
              "peer_endpoint",
              peer.endpoint().map(Object::toString).orElse("")));
    }
    return samples;
  }

  private void daemon(Exposition metrics, StatusBoard.Status status) {
    metrics.gauge(
        "azwg_build_info",
        "The daemon's version, always 1.",
        List.of(Sample.of(1, "version", Version.TEXT)));
    metrics.gauge(
        "azwg_ready", "Whether the last pass of the reconciler succeeded.", status.ready() ? 1 : 0);
    metrics.gauge(
        "azwg_encryption",
        "Whether this node uses its tunnel: 1 at the state that it is in.",
        flags(Encryption.State.values(), board.encryption(), "state"));
    metrics.counter("azwg_passes", "Passes that succeeded.", (double) status.passes());
    metrics.counter("azwg_pass_failures", "Passes that failed.", (double) status.failures());
    metrics.gauge(
        "azwg_last_pass_seconds",
        "How long the last pass took that succeeded.",
        status.tookMicros() / MICROS_PER_SECOND);
    metrics.gauge(
        "azwg_last_pass_timestamp_seconds",
        "When the last pass ended, in seconds since 1970.",
        status.at().toEpochMilli() / MILLIS_PER_SECOND);
    metrics.gauge(
        "azwg_rejected",
        "Records and ledger files that cannot be followed.",
        status.rejected().size());
    List<Sample> drift = new ArrayList<>();
    board
        .drift()
        .entries()
        .forEach((kind, entry) ->
            drift.add(
                Sample.of((double) entry.count(), "kind", kind.name().toLowerCase(Locale.ROOT))));
    metrics.counter("azwg_drift", "What others changed of ours and was put back.", drift);
    board
        .conflist()
        .ifPresent(kept -> {
          metrics.counter(
              "azwg_conflist_insertions",
              "How often the plugin was entered into the runtime's list.",
              (double) kept.insertions());
          metrics.counter(
              "azwg_conflist_fights",
              "How often it gave way to another installer.",
              (double) kept.fights());
        });
  }

  private void mesh(Exposition metrics, DesiredState desired) {
    metrics.gauge("azwg_mtu_bytes", "The MTU of the tunnel and of pods.", desired.mtu());
    EnumMap<RouteTarget, Integer> routes = new EnumMap<>(RouteTarget.class);
    EnumMap<RouteTarget, Integer> nodes = new EnumMap<>(RouteTarget.class);
    EnumMap<RouteTarget, Integer> prefixes = new EnumMap<>(RouteTarget.class);
    desired.routes().values().forEach(target -> routes.merge(target, 1, Integer::sum));
    for (NodeRoutes node : desired.nodes().values()) {
      nodes.merge(node.target(), 1, Integer::sum);
      prefixes.merge(node.target(), node.prefixes(), Integer::sum);
    }
    List<Sample> byTarget = new ArrayList<>();
    List<Sample> nodesByPath = new ArrayList<>();
    List<Sample> prefixesByPath = new ArrayList<>();
    for (RouteTarget target : RouteTarget.values()) {
      String path = StatusDocument.path(target);
      byTarget.add(Sample.of(routes.getOrDefault(target, 0), "target", lowerCase(target)));
      nodesByPath.add(Sample.of(nodes.getOrDefault(target, 0), "path", path));
      prefixesByPath.add(Sample.of(prefixes.getOrDefault(target, 0), "path", path));
    }
    metrics.gauge("azwg_routes", "The routes of the WireGuard table.", byTarget);
    metrics.gauge("azwg_nodes", "The other nodes, by how they are reached.", nodesByPath);
    metrics.gauge(
        "azwg_node_prefixes", "The addresses of other nodes and their pods.", prefixesByPath);
    metrics.gauge("azwg_paths", "The peers by the state of their path.", paths());
    metrics.gauge("azwg_findings", "What in the records cannot be followed.", findings(desired));
  }

  private List<Sample> paths() {
    EnumMap<PeerPath.State, Integer> counts = new EnumMap<>(PeerPath.State.class);
    board.paths().values().forEach(path -> counts.merge(path.state(), 1, Integer::sum));
    return counted(PeerPath.State.values(), counts, "state");
  }

  private static List<Sample> findings(DesiredState desired) {
    EnumMap<Finding.Kind, Integer> counts = new EnumMap<>(Finding.Kind.class);
    desired.findings().forEach(finding -> counts.merge(finding.kind(), 1, Integer::sum));
    return counted(Finding.Kind.values(), counts, "kind");
  }

  private static <E extends Enum<E>> List<Sample> counted(
      E[] all, Map<E, Integer> counts, String label) {
    List<Sample> samples = new ArrayList<>();
    for (E each : all) {
      samples.add(Sample.of(counts.getOrDefault(each, 0), label, lowerCase(each)));
    }
    return samples;
  }

  private static <E extends Enum<E>> List<Sample> flags(E[] all, E present, String label) {
    List<Sample> samples = new ArrayList<>();
    for (E each : all) {
      samples.add(Sample.of(each == present ? 1 : 0, label, lowerCase(each)));
    }
    return samples;
  }

  private static String lowerCase(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }
}
