package dev.azwg.wg.watcher;

import dev.azwg.ipam.address.IpPrefix;
import dev.azwg.wg.mesh.Mode;
import dev.azwg.wg.mesh.PathPolicy;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;

/** In what a watcher of a test differs from the others. */
record WatcherSetup(
    Mode mode,
    PathPolicy pathPolicy,
    List<IpPrefix> neverTunnelled,
    InstantSource clock,
    Duration resync) {
  /** So rare that no test waits for it. */
  private static final Duration RARELY = Duration.ofMinutes(10);

  static final WatcherSetup USUAL =
      new WatcherSetup(
          Mode.PERMISSIVE, PathPolicy.standard(false), List.of(), InstantSource.system(), RARELY);

  static final WatcherSetup STRICT =
      new WatcherSetup(
          Mode.STRICT, PathPolicy.standard(false), List.of(), InstantSource.system(), RARELY);

  WatcherSetup with(PathPolicy other) {
    return new WatcherSetup(mode, other, neverTunnelled, clock, resync);
  }

  WatcherSetup with(InstantSource other) {
    return new WatcherSetup(mode, pathPolicy, neverTunnelled, other, resync);
  }

  WatcherSetup resyncing(Duration interval) {
    return new WatcherSetup(mode, pathPolicy, neverTunnelled, clock, interval);
  }

  WatcherSetup neverTunnelling(IpPrefix prefix) {
    return new WatcherSetup(mode, pathPolicy, List.of(prefix), clock, resync);
  }
}
