package dev.azwg.wg.watcher;

import dev.azwg.ipam.address.IpPrefix;
import dev.azwg.netlink.route.Rule;
import dev.azwg.wg.device.Device;
import dev.azwg.wg.device.DeviceConfig;
import dev.azwg.wg.device.Peer;
import dev.azwg.wg.device.PeerConfig;
import dev.azwg.wg.host.PolicyRules;
import dev.azwg.wg.host.TableContent;
import dev.azwg.wg.host.TunnelDevice;
import dev.azwg.wg.host.WireGuardTable;
import dev.azwg.wg.key.PublicKey;
import dev.azwg.wg.mesh.DesiredPeer;
import dev.azwg.wg.mesh.DesiredState;
import dev.azwg.wg.mesh.DeviceDelta;
import dev.azwg.wg.mesh.Drift;
import dev.azwg.wg.mesh.PeerDrift;
import dev.azwg.wg.mesh.RouteTarget;
import java.io.IOException;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The kernel's side of one node's mesh, with a copy of what it holds, so that a change costs its
 * own size. Order: peers and allowed IPs, then routes, then the rule, so that no packet is sent
 * into the tunnel before there is one.
 */
final class Tunnel {
  private static final int NO_DEVICE = 0;

  private final String name;
  private final boolean hostScope;
  private final TunnelDevice device;
  private final TunnelDevice.Settings settings;
  private final WireGuardTable table;
  private final PolicyRules rules;
  private final Protection protection;
  private final OwnPeers ownPeers;
  private final DriftJudge drift;
  private final Log log;

  // Read by the local API too.
  private volatile TunnelDevice.@Nullable Attached attached;
  private Collection<Peer> peers = List.of();
  private List<Peer> foreignPeers = List.of();
  private final KnownRoutes routes = new KnownRoutes();
  private TableContent content = TableContent.EMPTY;
  // The prefixes whose routes others have changed since the last pass.
  private final Set<IpPrefix> touched = new HashSet<>();
  private boolean keyKept;
  private boolean settled;
  private boolean ipv6;
  private int mtu;
  private int rulesSpare;

  Tunnel(
      String name,
      boolean hostScope,
      TunnelDevice device,
      TunnelDevice.Settings settings,
      WireGuardTable table,
      PolicyRules rules,
      Protection protection,
      OwnPeers ownPeers,
      DriftLog drift,
      Log log) {
    this.name = name;
    this.hostScope = hostScope;
    this.device = device;
    this.settings = settings;
    this.table = table;
    this.rules = rules;
    this.protection = protection;
    this.ownPeers = ownPeers;
    this.drift = new DriftJudge(drift);
    this.log = log;
  }

  /** Finds or makes the device and reads everything that the kernel holds for it. */
  void observe() throws IOException {
    restoreName();
    observe(device.attach());
  }

  /**
   * Like {@link #observe}, but makes no device.
   *
   * @return whether there is one
   */
  boolean observeExisting() throws IOException {
    restoreName();
    Optional<TunnelDevice.Attached> found = device.find();
    if (found.isPresent()) {
      observe(found.get());
      return true;
    }
    attached = null;
    keyKept = false;
    peers = List.of();
    content = table.read(NO_DEVICE);
    routes.are(content.routes());
    return false;
  }

  private void restoreName() throws IOException {
    if (drift.formerIndex() != 0) {
      device.restoreName(drift.formerIndex()).ifPresent(drift::renamed);
    }
  }

  private void observe(TunnelDevice.Attached found) throws IOException {
    settled = false;
    TunnelDevice.Attached before = attached;
    if (before == null || before.link().index() != found.link().index()) {
      log.info(
          "device attached",
          "device",
          name,
          "index",
          found.link().index(),
          "backend",
          found.backend());
    }
    attached = found;
    TunnelDevice.Configured configured = device.configure(found, settings);
    keyKept = configured.keyKept();
    drift.attached(found.link().index(), configured.corrected());
    peers = configured.device().peers();
    content = table.read(found.link().index());
    routes.are(content.routes());
    drift.firewall(protection.verify());
  }

  /** The peers as they were observed, or have been configured since. */
  Collection<Peer> peers() {
    return peers;
  }

  /** Whether the device had this node's key when it was observed. */
  boolean keyKept() {
    return keyKept;
  }

  /** Whether anything of a peer's is routed into the tunnel. */
  boolean isRouted(Peer peer) {
    return peer.allowedIps().stream()
        .anyMatch(each -> routes.all().get(each) == RouteTarget.DEVICE);
  }

  /** Where each peer of the device was last heard or is configured. */
  Map<PublicKey, InetAddress> peerAddresses() {
    Map<PublicKey, InetAddress> addresses = HashMap.newHashMap(peers.size());
    for (Peer peer : peers) {
      peer.endpoint().ifPresent(endpoint -> addresses.put(peer.publicKey(), endpoint.address()));
    }
    return addresses;
  }

  /** The peers that somebody else has put on the device, as they were observed. */
  List<Peer> foreignPeers() {
    return foreignPeers;
  }

  /** The rules as they should be. */
  List<Rule> wantedRules(DesiredState desired) {
    return rules.wanted(hostScope, sparedPort(), wantsIpv6(desired));
  }

  /** Whether one of these had a throw route that is gone. */
  boolean missesThrow(Set<IpPrefix> pods) {
    return drift.missesThrow(pods, routes.all());
  }

  /**
   * A route of the table as a notification told.
   *
   * @param own whether this process has changed it
   */
  void routeSeen(IpPrefix prefix, @Nullable RouteTarget target, boolean own) {
    if (own) {
      touched.remove(prefix);
    } else {
      touched.add(prefix);
    }
    routes.heard(prefix, target);
  }

  /** The device's interface index, 0 if there is no device. */
  int deviceIndex() {
    TunnelDevice.Attached found = attached;
    return found == null ? NO_DEVICE : found.link().index();
  }

  /** Who provides the device, once it has been observed. */
  Optional<TunnelDevice.Backend> backend() {
    return Optional.ofNullable(attached).map(TunnelDevice.Attached::backend);
  }

  /** Why the node does not do what its mode promises; empty if it does. */
  String degradation() {
    return protection.degradation();
  }

  /** The device with its counters, as it is now. */
  Device read() throws IOException {
    return device.client(present().backend()).device(name);
  }

  /**
   * Brings the kernel to the desired state.
   *
   * @throws IOException the first failure; the rule is in place even if single routes were refused
   */
  void converge(DesiredState desired, Evidence evidence) throws IOException {
    // Before routes lead into the tunnel, for then reverse path filters begin to mind; and before
    // anything can fail: strict mode refuses plaintext even without a device.
    protect(desired);
    if (!settled || desired.mtu() != mtu) {
      TunnelDevice.Settled link =
          device.settle(present(), desired.mtu(), desired.deviceAddresses());
      drift.settled(deviceIndex(), desired, link.corrected());
      if (link.corrected().stream().anyMatch(each -> each.kind() == Drift.Kind.DEVICE_ADDRESS)) {
        // Routes may have gone with an address.
        content = table.read(deviceIndex());
        routes.are(content.routes());
      }
      attached = new TunnelDevice.Attached(link.link(), present().backend());
      mtu = desired.mtu();
    }
    ownPeers.know(peers, evidence.namedKeys(), desired.routes().keySet());
    if (!settled) {
      judgePeers(desired, evidence);
    }
    ownPeers.adding(desired.peers().keySet());
    List<PeerConfig> changes =
        DeviceDelta.between(peers, desired.peers().values(), ownPeers::isOurs);
    List<PeerConfig> additions = new ArrayList<>();
    List<PeerConfig> removals = new ArrayList<>();
    for (PeerConfig change : changes) {
      boolean takesAway = change.remove() || !change.removedAllowedIps().isEmpty();
      (takesAway ? removals : additions).add(change);
    }
    configure(additions);
    try {
      changeRoutes(desired, evidence);
    } finally {
      changeRules(desired);
    }
    // Only now that no route leads to them.
    configure(removals);
    ownPeers.keeping(desired.peers().keySet());
    if (!changes.isEmpty()) {
      log.info("peers changed", "changed", changes.size(), "peers", desired.peers().size());
    }
    peers = applied(desired);
    drift.left(deviceIndex(), desired, ipv6, content.backstops());
    settled = true;
  }

  private void protect(DesiredState desired) {
    protection.ensure(desired);
    if (!settled) {
      drift.sysctl(protection.ensureSysctl());
    }
  }

  /**
   * Refuses what strict mode refuses although there can be no device.
   *
   * @param desired without a route into the tunnel
   */
  void refuse(DesiredState desired) throws IOException {
    settled = false;
    protect(desired);
    routes.are(desired.routes());
    content = table.read(NO_DEVICE);
    table.apply(content, desired.routes(), NO_DEVICE);
    content = content.after(desired.routes(), table.backstops(desired.routes()));
    rules.ensure(hostScope, sparedPort(), wantsIpv6(desired));
  }

  private void judgePeers(DesiredState desired, Evidence evidence) {
    peers =
        PeerDrift.followRoaming(
            peers, drift.formerPeers(deviceIndex()), desired.peers(), evidence.now());
    foreignPeers = ownPeers.foreign(peers);
    drift.peers(deviceIndex(), peers, desired, ownPeers::isOurs);
  }

  /**
   * Takes the rules away, and with them every packet from the tunnel; then the routes that are not
   * desired; then the device, if there is one.
   */
  void dismantle(DesiredState desired) throws IOException {
    rules.remove();
    protection.remove();
    table.apply(content.withRoutes(routes.all()), desired.routes(), deviceIndex());
    routes.are(desired.routes());
    content = TableContent.EMPTY.withRoutes(desired.routes());
    TunnelDevice.Attached found = attached;
    if (found != null) {
      device.remove(found);
      log.info("device removed", "device", name);
    }
    attached = null;
    peers = List.of();
    ownPeers.keeping(Set.of());
    drift.forget();
    settled = false;
  }

  private void changeRoutes(DesiredState desired, Evidence evidence) throws IOException {
    TableContent found = content.withRoutes(routes.all());
    drift.routes(deviceIndex(), found, desired, evidence, settled ? touched : null);
    touched.clear();
    int changed = table.apply(found, desired.routes(), deviceIndex());
    routes.are(desired.routes());
    content = found.after(desired.routes(), table.backstops(desired.routes()));
    if (changed > 0) {
      log.info("routes changed", "changed", changed, "routes", desired.routes().size());
    }
  }

  private void changeRules(DesiredState desired) throws IOException {
    boolean wantsIpv6 = wantsIpv6(desired);
    int spared = sparedPort();
    if (settled && wantsIpv6 == ipv6 && spared == rulesSpare) {
      return;
    }
    PolicyRules.Outcome outcome = rules.ensure(hostScope, spared, wantsIpv6);
    if (outcome.changed() > 0) {
      log.info("rules changed", "changed", outcome.changed());
    }
    drift.rules(outcome, wantsIpv6);
    ipv6 = wantsIpv6;
    rulesSpare = spared;
  }

  private static boolean wantsIpv6(DesiredState desired) {
    return !desired.routes().isEmpty() && !desired.routes().lastKey().isIpv4();
  }

  /** The port whose packets the rules keep out of the table, 0 for none. */
  private int sparedPort() {
    return hostScope && !protection.marksPackets() ? settings.listenPort() : 0;
  }

  /** Looks at the kernel's parameters again, as one of them has changed. */
  void checkReversePath() {
    drift.sysctl(protection.ensureSysctl());
  }

  /**
   * Looks at the packet filter again, as somebody has changed it.
   *
   * @return whether it is different from what was left
   */
  boolean checkFirewall() {
    String difference = protection.verify();
    drift.firewall(difference);
    return !difference.isEmpty();
  }

  private void configure(List<PeerConfig> changes) throws IOException {
    if (!changes.isEmpty()) {
      device.client(present().backend()).configure(name, DeviceConfig.ofPeers(changes));
    }
  }

  private static List<Peer> applied(DesiredState desired) {
    List<Peer> now = new ArrayList<>(desired.peers().size());
    for (DesiredPeer peer : desired.peers().values()) {
      now.add(
          Peer.unseen(
              peer.publicKey(),
              Optional.of(peer.endpoint()),
              List.copyOf(peer.allowedIps()),
              peer.persistentKeepalive()));
    }
    return now;
  }

  private TunnelDevice.Attached present() {
    TunnelDevice.Attached found = attached;
    if (found == null) {
      throw new IllegalStateException("the device has not been observed");
    }
    return found;
  }
}
