package dev.azwg.wg.watcher;

import dev.azwg.ipam.address.IpPrefix;
import dev.azwg.wg.host.RoutingPolicy;
import dev.azwg.wg.mesh.Mode;
import dev.azwg.wg.mesh.PathPolicy;
import java.time.InstantSource;
import java.util.List;

/** In what a watcher of a test differs from the others. */
record WatcherSetup(
    Mode mode,
    PathPolicy pathPolicy,
    List<IpPrefix> neverTunnelled,
    InstantSource clock,
    boolean encryption,
    Numbers numbers) {
  /** What nodes may have different from each other. */
  record Numbers(String devicePrefix, int listenPort, RoutingPolicy routing, int mtu) {
    static final Numbers USUAL = new Numbers("azt", 51820, RoutingPolicy.STANDARD, 0);
  }

  static final WatcherSetup USUAL =
      new WatcherSetup(
          Mode.PERMISSIVE,
          PathPolicy.standard(false),
          List.of(),
          InstantSource.system(),
          true,
          Numbers.USUAL);

  static final WatcherSetup STRICT =
      new WatcherSetup(
          Mode.STRICT,
          PathPolicy.standard(false),
          List.of(),
          InstantSource.system(),
          true,
          Numbers.USUAL);

  WatcherSetup with(PathPolicy other) {
    return new WatcherSetup(mode, other, neverTunnelled, clock, encryption, numbers);
  }

  WatcherSetup with(InstantSource other) {
    return new WatcherSetup(mode, pathPolicy, neverTunnelled, other, encryption, numbers);
  }

  WatcherSetup neverTunnelling(IpPrefix prefix) {
    return new WatcherSetup(mode, pathPolicy, List.of(prefix), clock, encryption, numbers);
  }

  WatcherSetup withoutEncryption() {
    return new WatcherSetup(mode, pathPolicy, neverTunnelled, clock, false, numbers);
  }

  WatcherSetup with(Numbers other) {
    return new WatcherSetup(mode, pathPolicy, neverTunnelled, clock, encryption, other);
  }
}
