package dev.azwg.wg.watcher;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import dev.azwg.conflist.keeper.KeeperStatus;
import dev.azwg.wg.device.Device;
import dev.azwg.wg.device.Peer;
import dev.azwg.wg.key.PublicKey;
import dev.azwg.wg.mesh.DesiredPeer;
import dev.azwg.wg.mesh.DesiredState;
import dev.azwg.wg.mesh.DesiredState.NodeRoutes;
import dev.azwg.wg.mesh.PeerPath;
import dev.azwg.wg.mesh.RouteTarget;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The daemon's state as one JSON document, without secrets. */
final class StatusDocument {
  /** Enough to know what they are; the device has them all. */
  private static final int MAX_FOREIGN = 16;

  private StatusDocument() {}

  static JsonObject of(
      Options options,
      PublicKey publicKey,
      StatusBoard.Status status,
      Map<PublicKey, PeerPath> paths,
      Encryption.State encryption,
      Optional<KeeperStatus> conflist,
      @Nullable Device device,
      String backend) {
    JsonObject document = new JsonObject();
    document.addProperty("version", 1);
    document.addProperty("node", options.node());
    document.addProperty("publicKey", publicKey.toString());
    document.addProperty("device", options.device());
    document.addProperty("backend", backend);
    document.addProperty("listenPort", options.listenPort());
    document.addProperty("encryption", encryption.name().toLowerCase(Locale.ROOT));
    document.addProperty("hostScope", options.hostScope());
    document.addProperty("mode", options.mode().name().toLowerCase(Locale.ROOT));
    document.addProperty("ready", status.ready());
    document.addProperty("reason", status.problem());
    document.addProperty("passes", status.passes());
    document.addProperty("failures", status.failures());
    document.addProperty("lastPass", status.at().toString());
    document.addProperty("lastPassMicros", status.tookMicros());
    conflist.ifPresent(kept -> document.add("conflist", conflist(kept)));
    status.desired().ifPresent(desired -> mesh(document, desired, paths, device));
    JsonArray rejected = new JsonArray();
    status.rejected().forEach(rejected::add);
    document.add("rejected", rejected);
    return document;
  }

  /** How many peers of the device are not this node's, and the first of them. */
  static JsonObject foreignPeers(List<Peer> peers) {
    JsonObject foreign = new JsonObject();
    foreign.addProperty("count", peers.size());
    JsonArray keys = new JsonArray();
    peers.stream().limit(MAX_FOREIGN).forEach(peer -> keys.add(peer.publicKey().toString()));
    foreign.add("keys", keys);
    return foreign;
  }

  private static JsonObject conflist(KeeperStatus kept) {
    JsonObject conflist = new JsonObject();
    conflist.addProperty("file", kept.file());
    conflist.addProperty("state", kept.state().name());
    conflist.addProperty("detail", kept.detail());
    conflist.addProperty("insertions", kept.insertions());
    kept.lastInsertion().ifPresent(at -> conflist.addProperty("lastInsertion", at.toString()));
    conflist.addProperty("fights", kept.fights());
    return conflist;
  }

  private static void mesh(
      JsonObject document,
      DesiredState desired,
      Map<PublicKey, PeerPath> paths,
      @Nullable Device device) {
    document.addProperty("mtu", desired.mtu());
    JsonObject routes = new JsonObject();
    Map<RouteTarget, Integer> counts = new TreeMap<>();
    desired.routes().values().forEach(target -> counts.merge(target, 1, Integer::sum));
    for (RouteTarget target : RouteTarget.values()) {
      routes.addProperty(target.name().toLowerCase(Locale.ROOT), counts.getOrDefault(target, 0));
    }
    document.add("routes", routes);
    document.add("nodes", nodes(desired.nodes().values()));
    JsonArray peers = new JsonArray();
    Map<String, DesiredPeer> byNode = new TreeMap<>();
    desired.peers().values().forEach(peer -> byNode.put(peer.node(), peer));
    Map<PublicKey, Peer> live = new HashMap<>();
    if (device != null) {
      device.peers().forEach(peer -> live.put(peer.publicKey(), peer));
    }
    for (DesiredPeer peer : byNode.values()) {
      PublicKey key = peer.publicKey();
      peers.add(peer(peer, paths.get(key), live.get(key)));
    }
    document.add("peers", peers);
    JsonArray findings = new JsonArray();
    desired
        .findings()
        .forEach(finding -> {
          JsonObject entry = new JsonObject();
          entry.addProperty("kind", finding.kind().name());
          entry.addProperty("node", finding.node());
          entry.addProperty("subject", finding.subject());
          entry.addProperty("detail", finding.detail());
          findings.add(entry);
        });
    document.add("findings", findings);
  }

  /** How many other nodes, and how many of their addresses, are reached in which way. */
  private static JsonObject nodes(Collection<NodeRoutes> nodes) {
    JsonObject counts = new JsonObject();
    for (RouteTarget target : RouteTarget.values()) {
      int count = 0;
      int prefixes = 0;
      for (NodeRoutes node : nodes) {
        if (node.target() == target) {
          count++;
          prefixes += node.prefixes();
        }
      }
      JsonObject entry = new JsonObject();
      entry.addProperty("nodes", count);
      entry.addProperty("prefixes", prefixes);
      counts.add(path(target), entry);
    }
    return counts;
  }

  /** How a node is reached whose addresses lead there. */
  static String path(RouteTarget target) {
    return switch (target) {
      case DEVICE -> "encrypted";
      case THROW -> "plaintext";
      case UNREACHABLE -> "refused";
    };
  }

  private static JsonObject peer(
      DesiredPeer desired, @Nullable PeerPath path, @Nullable Peer live) {
    JsonObject entry = new JsonObject();
    entry.addProperty("node", desired.node());
    entry.addProperty("publicKey", desired.publicKey().toString());
    entry.addProperty("endpoint", desired.endpoint().toString());
    entry.addProperty("allowedIPs", desired.allowedIps().size());
    if (path != null) {
      entry.addProperty("path", path.state().name());
      entry.addProperty("pathSince", path.since().toString());
      entry.addProperty("pathReason", path.reason().name());
    }
    if (live != null) {
      live.lastHandshake().ifPresent(at -> entry.addProperty("latestHandshake", at.toString()));
      entry.addProperty("rxBytes", live.rxBytes());
      entry.addProperty("txBytes", live.txBytes());
    }
    return entry;
  }
}
