package dev.azwg.wg.watcher;

import dev.azwg.conflist.file.DirectoryFollower;
import dev.azwg.conflist.keeper.ConflistKeeper;
import dev.azwg.ipam.ledger.Ledger;
import dev.azwg.ipam.pool.PoolException;
import dev.azwg.netlink.libc.Libc;
import dev.azwg.netlink.netfilter.NftConstants;
import dev.azwg.netlink.netfilter.NftMonitor;
import dev.azwg.netlink.route.RouteMonitor;
import dev.azwg.netlink.route.RouteNetlink;
import dev.azwg.wg.datastore.Datastore;
import dev.azwg.wg.datastore.DirectoryWatch;
import dev.azwg.wg.device.Device;
import dev.azwg.wg.device.kernel.KernelClient;
import dev.azwg.wg.device.uapi.UapiClient;
import dev.azwg.wg.host.NapiThreading;
import dev.azwg.wg.host.PolicyRules;
import dev.azwg.wg.host.Sysctls;
import dev.azwg.wg.host.TunnelDevice;
import dev.azwg.wg.host.UserspaceWireGuard;
import dev.azwg.wg.host.WireGuardTable;
import dev.azwg.wg.host.nft.Firewall;
import dev.azwg.wg.host.nft.FirewallPolicy;
import dev.azwg.wg.host.nft.Nft;
import dev.azwg.wg.key.KernelRandom;
import dev.azwg.wg.key.KeyFile;
import dev.azwg.wg.key.PrivateKey;
import dev.azwg.wg.key.PublicKey;
import dev.azwg.wg.mesh.MeshConfig;
import dev.azwg.wg.mesh.MeshPlanner;
import dev.azwg.wg.mesh.Mode;
import dev.azwg.wg.mesh.PeerPaths;
import dev.azwg.wg.metrics.MetricsServer;
import dev.azwg.wg.pool.IpamStateFile;
import dev.azwg.wg.pool.PoolSource;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Puts the daemon together and runs it. */
final class Watcher {
  private static final Path SYS_CLASS_NET = Path.of("/sys/class/net");

  /** Nobody takes this long to write a file. */
  private static final Duration STALE_AFTER = Duration.ofMinutes(10);

  private Watcher() {}

  /**
   * Runs until {@code signals} say to stop.
   *
   * @throws IOException if it cannot begin; what fails later is retried, not thrown
   */
  static void run(Options options, Libc libc, InstantSource clock, Signals signals, Log log)
      throws IOException {
    StatePaths paths = options.paths();
    makePrivate(paths.stateDirectory());
    makePrivate(paths.persistentDirectory());
    try (DaemonLock _ = DaemonLock.acquire(paths.lock());
        PrivateKey key = new KeyFile(paths.privateKey(), new KernelRandom(libc)).loadOrCreate();
        RouteNetlink netlink = RouteNetlink.open(libc);
        TunnelDevice device =
            new TunnelDevice(
                options.device(),
                netlink,
                new UserspaceWireGuard(
                    options.userspace(), paths.stateDirectory().resolve("userspace.log")),
                () -> KernelClient.open(libc, options.device()),
                new UapiClient());
        PodMtuThread podMtus = PodMtuThread.start(libc, log);
        Datastore datastore = options.datastore().open(options.node(), clock)) {
      PublicKey publicKey = key.publicKey();
      Ledger ledger = new Ledger(paths.stateDirectory());
      makePrivate(ledger.directory());
      Instant stalest = clock.instant().minus(STALE_AFTER);
      int stale = ledger.removeStaleTemporaries(stalest);
      if (stale > 0) {
        log.info("leftovers of killed writers removed", "files", stale);
      }
      StatusBoard board = new StatusBoard(clock, log);
      NodePool pool = new NodePool(poolSource(options), board, log);
      Nft nft = new Nft(options.nft(), paths.stateDirectory());
      Protection protection =
          new Protection(
              new Firewall(nft, firewallPolicy(options)),
              new Sysctls(options.sysctls()),
              options.mode() == Mode.STRICT,
              log);
      Tunnel tunnel =
          new Tunnel(
              options.device(),
              options.hostScope(),
              device,
              new TunnelDevice.Settings(
                  key, publicKey, options.listenPort(), options.routing().fwmark()),
              new WireGuardTable(netlink, options.routing().table(), options.mode() == Mode.STRICT),
              new PolicyRules(netlink, options.routing()),
              protection,
              new OwnPeers(new OwnPeersFile(paths.ownPeers()), log),
              board.drift(),
              log);
      KernelWatch kernelWatch =
          new KernelWatch(
              options.device(), options.routing().table(), netlink.portId(), signals, log);
      Reconciler reconciler =
          new Reconciler(
              options,
              publicKey,
              netlink,
              libc,
              new LedgerMemory(ledger),
              pool,
              new Leftovers(libc, ledger, paths.stateDirectory(), log),
              datastore,
              new OwnRecord(
                  options.node(),
                  options.encryption() ? Optional.of(publicKey) : Optional.empty(),
                  options.listenPort(),
                  options.hostScope(),
                  options.neverTunnelled(),
                  datastore,
                  clock),
              new MeshPlanner(
                  new MeshConfig(
                      options.hostScope(),
                      options.mode(),
                      options.neverTunnelled(),
                      options.clusterRanges(),
                      options.fabricMtu(),
                      options.mtu())),
              tunnel,
              encryption(options, publicKey, tunnel, board, clock, log),
              podMtus,
              kernelWatch,
              signals,
              board,
              clock,
              log);
      datastore.watch(() -> signals.mark(Dirty.DATASTORE));
      try (NodePool _ = pool.follow(() -> signals.mark(Dirty.POOL));
          Subscription<RouteMonitor> _ = kernelWatch.start(libc);
          Subscription<NftMonitor> _ =
              FirewallWatch.start(
                  libc, NftConstants.NFPROTO_INET, Firewall.TABLE, nft::isOwn, signals, log);
          ApiHandler handler =
              new ApiHandler(
                  options,
                  publicKey,
                  signals,
                  board,
                  reader(tunnel),
                  protection,
                  datastore::problem,
                  datastore::unproven,
                  log);
          DirectoryWatch _ =
              DirectoryWatch.start(ledger.directory(), () -> signals.mark(Dirty.LEDGER));
          ApiServer _ = ApiServer.start(paths.socket(), handler, log);
          ConflistThread _ = keepConflist(options, board, clock, log);
          MetricsServer _ =
              showMetrics(
                  options,
                  new WatcherMetrics(options, publicKey, board, reader(tunnel), protection, log),
                  log)) {
        log.info(
            "watcher started",
            "version",
            Version.TEXT,
            "node",
            options.node(),
            "public_key",
            publicKey);
        reconciler.run();
        log.info("watcher stopped");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** The file that was named, else what the cluster's own datastore knows. */
  private static Optional<PoolSource> poolSource(Options options) throws PoolException {
    if (options.ipamPool().isPresent()) {
      return options.ipamPool().map(IpamStateFile::new);
    }
    return options.datastore().openPool(options.node());
  }

  private static Encryption encryption(
      Options options,
      PublicKey publicKey,
      Tunnel tunnel,
      StatusBoard board,
      InstantSource clock,
      Log log) {
    if (!options.encryption()) {
      return new EncryptionOff(tunnel, options.pathPolicy().keepalive(), board, log);
    }
    PeerPaths paths = new PeerPaths(publicKey, options.pathPolicy());
    return new EncryptionOn(
        tunnel,
        new PathKeeper(paths, tunnel, board, clock, log),
        new NapiThreading(SYS_CLASS_NET, options.device(), options.threadedNapi()),
        log);
  }

  /** Null where the list is somebody else's matter: try-with-resources takes that. */
  private static @Nullable ConflistThread keepConflist(
      Options options, StatusBoard board, InstantSource clock, Log log) throws IOException {
    if (!options.keepConflist()) {
      return null;
    }
    RuntimeDirectories runtime = options.runtime();
    ConflistKeeper keeper =
        new ConflistKeeper(
            runtime.configDirectory(),
            runtime.plugin(RuntimeDirectories.pluginBesideThisProgram()),
            RuntimeDirectories.entry(options.paths(), options.mode()),
            clock);
    DirectoryFollower follower =
        DirectoryFollower.of(List.of(runtime.configurations(), runtime.executables()));
    return ConflistThread.start(keeper, follower, board, log);
  }

  private static FirewallPolicy firewallPolicy(Options options) {
    return new FirewallPolicy(
        options.device(),
        options.listenPort(),
        options.routing().fwmark(),
        options.hostScope(),
        options.mode(),
        options.clusterRanges(),
        options.neverTunnelled());
  }

  /**
   * Null where there are none: an address that is not to be had must not keep a node from its mesh.
   */
  private static @Nullable MetricsServer showMetrics(
      Options options, WatcherMetrics metrics, Log log) {
    InetSocketAddress address = options.metricsListen().orElse(null);
    if (address == null) {
      return null;
    }
    try {
      return MetricsServer.start(address, metrics::take);
    } catch (IOException e) {
      log.error("there are no metrics", "address", address, "error", e.getMessage());
      return null;
    }
  }

  private static ApiHandler.DeviceReader reader(Tunnel tunnel) {
    return new ApiHandler.DeviceReader() {
      @Override
      public @Nullable Device read() throws IOException {
        return tunnel.backend().isPresent() ? tunnel.read() : null;
      }

      @Override
      public TunnelDevice.@Nullable Backend backend() {
        return tunnel.backend().orElse(null);
      }
    };
  }

  private static void makePrivate(Path directory) throws IOException {
    Set<PosixFilePermission> rootOnly = PosixFilePermissions.fromString("rwx------");
    Files.createDirectories(directory, PosixFilePermissions.asFileAttribute(rootOnly));
    // One that was there before may have been made by hand.
    Files.setPosixFilePermissions(directory, rootOnly);
  }
}
