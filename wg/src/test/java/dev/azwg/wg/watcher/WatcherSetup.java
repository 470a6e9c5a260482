package dev.azwg.wg.watcher;

import dev.azwg.ipam.address.IpPrefix;
import dev.azwg.wg.mesh.Mode;
import dev.azwg.wg.mesh.PathPolicy;
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
    InstantSource clock) {
  static final WatcherSetup USUAL =
      new WatcherSetup(
          true,
          Mode.PERMISSIVE,
          PathPolicy.standard(false),
          List.of(),
          List.of(),
          "nft",
          InstantSource.system());

  static final WatcherSetup STRICT = USUAL.with(Mode.STRICT);

  WatcherSetup with(Mode other) {
    return new WatcherSetup(
        hostScope, other, pathPolicy, neverTunnelled, clusterRanges, nft, clock);
  }

  WatcherSetup with(PathPolicy other) {
    return new WatcherSetup(hostScope, mode, other, neverTunnelled, clusterRanges, nft, clock);
  }

  WatcherSetup with(InstantSource other) {
    return new WatcherSetup(hostScope, mode, pathPolicy, neverTunnelled, clusterRanges, nft, other);
  }

  WatcherSetup withHostScope(boolean other) {
    return new WatcherSetup(other, mode, pathPolicy, neverTunnelled, clusterRanges, nft, clock);
  }

  /** On a node where nft is another program, or none. */
  WatcherSetup withNft(String other) {
    return new WatcherSetup(
        hostScope, mode, pathPolicy, neverTunnelled, clusterRanges, other, clock);
  }

  WatcherSetup neverTunnelling(IpPrefix prefix) {
    return new WatcherSetup(
        hostScope, mode, pathPolicy, List.of(prefix), clusterRanges, nft, clock);
  }

  WatcherSetup withClusterRange(IpPrefix range) {
    return new WatcherSetup(
        hostScope, mode, pathPolicy, neverTunnelled, List.of(range), nft, clock);
  }
}
