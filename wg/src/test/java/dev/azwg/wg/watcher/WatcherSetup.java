package dev.azwg.wg.watcher;

import dev.azwg.ipam.address.IpPrefix;
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
    boolean encryption) {
  static final WatcherSetup USUAL =
      new WatcherSetup(
          Mode.PERMISSIVE, PathPolicy.standard(false), List.of(), InstantSource.system(), true);

  static final WatcherSetup STRICT =
      new WatcherSetup(
          Mode.STRICT, PathPolicy.standard(false), List.of(), InstantSource.system(), true);

  WatcherSetup with(PathPolicy other) {
    return new WatcherSetup(mode, other, neverTunnelled, clock, encryption);
  }

  WatcherSetup with(InstantSource other) {
    return new WatcherSetup(mode, pathPolicy, neverTunnelled, other, encryption);
  }

  WatcherSetup neverTunnelling(IpPrefix prefix) {
    return new WatcherSetup(mode, pathPolicy, List.of(prefix), clock, encryption);
  }

  WatcherSetup withoutEncryption() {
    return new WatcherSetup(mode, pathPolicy, neverTunnelled, clock, false);
  }
}
