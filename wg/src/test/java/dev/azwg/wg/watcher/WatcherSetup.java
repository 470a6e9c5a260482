package dev.azwg.wg.watcher;

import dev.azwg.ipam.address.IpPrefix;
import dev.azwg.wg.mesh.Mode;
import dev.azwg.wg.mesh.PathPolicy;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;

/** In what a watcher of a test differs from the others. */
record WatcherSetup(
    boolean hostScope,
    Mode mode,
    PathPolicy pathPolicy,
    List<IpPrefix> neverTunnelled,
    List<IpPrefix> clusterRanges,
    String nft,
    InstantSource clock,
    Duration resync,
    boolean encryption) {
  /** So rare that no test waits for it. */
  private static final Duration RARELY = Duration.ofMinutes(10);

  static final WatcherSetup USUAL =
      new WatcherSetup(
          true,
          Mode.PERMISSIVE,
          PathPolicy.standard(false),
          List.of(),
          List.of(),
          "nft",
          InstantSource.system(),
          RARELY,
          true);

  static final WatcherSetup STRICT = USUAL.with(Mode.STRICT);

  WatcherSetup with(Mode other) {
    return new WatcherSetup(
        hostScope,
        other,
        pathPolicy,
        neverTunnelled,
        clusterRanges,
        nft,
        clock,
        resync,
        encryption);
  }

  WatcherSetup with(PathPolicy other) {
    return new WatcherSetup(
        hostScope, mode, other, neverTunnelled, clusterRanges, nft, clock, resync, encryption);
  }

  WatcherSetup with(InstantSource other) {
    return new WatcherSetup(
        hostScope, mode, pathPolicy, neverTunnelled, clusterRanges, nft, other, resync, encryption);
  }

  WatcherSetup withHostScope(boolean other) {
    return new WatcherSetup(
        other, mode, pathPolicy, neverTunnelled, clusterRanges, nft, clock, resync, encryption);
  }

  /** On a node where nft is another program, or none. */
  WatcherSetup withNft(String other) {
    return new WatcherSetup(
        hostScope,
        mode,
        pathPolicy,
        neverTunnelled,
        clusterRanges,
        other,
        clock,
        resync,
        encryption);
  }

  WatcherSetup resyncing(Duration interval) {
    return new WatcherSetup(
        hostScope,
        mode,
        pathPolicy,
        neverTunnelled,
        clusterRanges,
        nft,
        clock,
        interval,
        encryption);
  }

  WatcherSetup neverTunnelling(IpPrefix prefix) {
    return new WatcherSetup(
        hostScope,
        mode,
        pathPolicy,
        List.of(prefix),
        clusterRanges,
        nft,
        clock,
        resync,
        encryption);
  }

  WatcherSetup withClusterRange(IpPrefix range) {
    return new WatcherSetup(
        hostScope,
        mode,
        pathPolicy,
        neverTunnelled,
        List.of(range),
        nft,
        clock,
        resync,
        encryption);
  }

  WatcherSetup withoutEncryption() {
    return new WatcherSetup(
        hostScope, mode, pathPolicy, neverTunnelled, clusterRanges, nft, clock, resync, false);
  }
}
