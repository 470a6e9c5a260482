package dev.azwg.wg.watcher;

import dev.azwg.ipam.address.IpPrefix;
import dev.azwg.wg.device.Device;
import dev.azwg.wg.device.DeviceConfig;
import dev.azwg.wg.device.Peer;
import dev.azwg.wg.device.PeerConfig;
import dev.azwg.wg.host.HostException;
import dev.azwg.wg.host.PolicyRules;
import dev.azwg.wg.host.Sysctls;
import dev.azwg.wg.host.TunnelDevice;
import dev.azwg.wg.host.WireGuardTable;
import dev.azwg.wg.key.PublicKey;
import dev.azwg.wg.mesh.DesiredPeer;
import dev.azwg.wg.mesh.DesiredState;
import dev.azwg.wg.mesh.DeviceDelta;
import dev.azwg.wg.mesh.RouteTarget;
import java.io.IOException;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The kernel's side of one node's mesh, with a copy of what it holds, so that a change costs its
 * own size. Order: peers and allowed IPs, then routes, then the rule, so that no packet is sent
 * into the tunnel before there is one.
 */
final class Tunnel {
  private static final int NO_DEVICE = 0;

  private final String name;
  private final String underlayName;
  private final boolean hostScope;
  private final TunnelDevice device;
  private final TunnelDevice.Settings settings;
  private final WireGuardTable table;
  private final PolicyRules rules;
  private final Sysctls sysctls;
  private final Log log;

  // Read by the local API too.
  private volatile TunnelDevice.@Nullable Attached attached;
  private Collection<Peer> peers = List.of();
  private SortedMap<IpPrefix, RouteTarget> routes = new TreeMap<>();
  private boolean keyKept;
  private boolean settled;
  private boolean ipv6;
  private int mtu;
  private boolean reversePathWarned;

  Tunnel(
      String name,
      String underlayName,
      boolean hostScope,
      TunnelDevice device,
      TunnelDevice.Settings settings,
      WireGuardTable table,
      PolicyRules rules,
      Sysctls sysctls,
      Log log) {
    this.name = name;
    this.underlayName = underlayName;
    this.hostScope = hostScope;
    this.device = device;
    this.settings = settings;
    this.table = table;
    this.rules = rules;
    this.sysctls = sysctls;
    this.log = log;
  }

  /** Finds or makes the device and reads everything that the kernel holds for it. */
  void observe() throws IOException {
    observe(device.attach());
  }

  /**
   * Like {@link #observe}, but makes no device.
   *
   * @return whether there is one
   */
  boolean observeExisting() throws IOException {
    Optional<TunnelDevice.Attached> found = device.find();
    if (found.isPresent()) {
      observe(found.get());
      return true;
    }
    attached = null;
    keyKept = false;
    peers = List.of();
    routes = table.observe(NO_DEVICE);
    return false;
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
    peers = configured.device().peers();
    routes = table.observe(found.link().index());
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
    return peer.allowedIps().stream().anyMatch(each -> routes.get(each) == RouteTarget.DEVICE);
  }

  /** Where each peer of the device was last heard or is configured. */
  Map<PublicKey, InetAddress> peerAddresses() {
    Map<PublicKey, InetAddress> addresses = HashMap.newHashMap(peers.size());
    for (Peer peer : peers) {
      peer.endpoint().ifPresent(endpoint -> addresses.put(peer.publicKey(), endpoint.address()));
    }
    return addresses;
  }

  /** A route of the table as a notification told. */
  void routeSeen(IpPrefix prefix, @Nullable RouteTarget target) {
    if (target == null) {
      routes.remove(prefix);
    } else {
      routes.put(prefix, target);
    }
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

  /** The device with its counters, as it is now. */
  Device read() throws IOException {
    return device.client(present().backend()).device(name);
  }

  /**
   * Brings the kernel to the desired state.
   *
   * @throws IOException the first failure; the rule is in place even if single routes were refused
   */
  void converge(DesiredState desired) throws IOException {
    if (!settled || desired.mtu() != mtu) {
      device.settle(present(), desired.mtu(), desired.deviceAddresses());
      mtu = desired.mtu();
    }
    List<PeerConfig> changes = DeviceDelta.between(peers, desired.peers().values());
    List<PeerConfig> additions = new ArrayList<>();
    List<PeerConfig> removals = new ArrayList<>();
    for (PeerConfig change : changes) {
      boolean takesAway = change.remove() || !change.removedAllowedIps().isEmpty();
      (takesAway ? removals : additions).add(change);
    }
    configure(additions);
    try {
      changeRoutes(desired);
    } finally {
      changeRules(desired);
    }
    // Only now that no route leads to them.
    configure(removals);
    if (!changes.isEmpty()) {
      log.info("peers changed", "changed", changes.size(), "peers", desired.peers().size());
    }
    peers = applied(desired);
    settled = true;
  }

  /**
   * Takes the rules away, and with them every packet from the tunnel; then the routes that are not
   * desired; then the device, if there is one.
   */
  void dismantle(DesiredState desired) throws IOException {
    rules.remove();
    changeRoutes(desired);
    TunnelDevice.Attached found = attached;
    if (found != null) {
      device.remove(found);
      log.info("device removed", "device", name);
    }
    attached = null;
    peers = List.of();
    settled = false;
  }

  private void changeRoutes(DesiredState desired) throws IOException {
    int changed = table.apply(routes, desired.routes(), deviceIndex());
    routes = new TreeMap<>(desired.routes());
    if (changed > 0) {
      log.info("routes changed", "changed", changed, "routes", routes.size());
    }
  }

  private void changeRules(DesiredState desired) throws IOException {
    boolean wantsIpv6 = !desired.routes().isEmpty() && !desired.routes().lastKey().isIpv4();
    if (settled && wantsIpv6 == ipv6) {
      return;
    }
    int changed = rules.ensure(hostScope, wantsIpv6);
    if (changed > 0) {
      log.info("rules changed", "changed", changed);
    }
    ipv6 = wantsIpv6;
    if (hostScope) {
      prepareReversePath();
    }
  }

  /**
   * What cannot be set is said: without strict reverse path filtering the mesh works all the same.
   */
  private void prepareReversePath() {
    try {
      reversePath();
    } catch (HostException e) {
      log.warn("reverse path filtering cannot be prepared", "error", e.getMessage());
    }
  }

  private void reversePath() throws HostException {
    if (sysctls.ensureSourceValidMark()) {
      log.info("sysctl set", "name", "net.ipv4.conf.all.src_valid_mark", "value", 1);
    }
    if (!reversePathWarned
        && sysctls.reversePathFilter(underlayName) == Sysctls.STRICT_REVERSE_PATH) {
      reversePathWarned = true;
      log.warn(
          "strict reverse path filtering drops the packets of peers in host scope",
          "sysctl",
          "net.ipv4.conf." + underlayName + ".rp_filter",
          "remedy",
          "set it and net.ipv4.conf.all.rp_filter to 0 or 2");
    }
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
