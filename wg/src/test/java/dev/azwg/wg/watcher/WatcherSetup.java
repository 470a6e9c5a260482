package dev.azwg.wg.watcher;

import dev.azwg.ipam.address.IpPrefix;
import dev.azwg.wg.mesh.Mode;
import java.time.InstantSource;
import java.util.List;

/** In what a watcher of a test differs from the others. */
record WatcherSetup(Mode mode, List<IpPrefix> neverTunnelled, InstantSource clock) {
  static final WatcherSetup USUAL =
      new WatcherSetup(Mode.PERMISSIVE, List.of(), InstantSource.system());

  static final WatcherSetup STRICT = USUAL.with(Mode.STRICT);

  WatcherSetup with(Mode other) {
    return new WatcherSetup(other, neverTunnelled, clock);
  }

  WatcherSetup with(InstantSource other) {
    return new WatcherSetup(mode, neverTunnelled, other);
  }

  WatcherSetup neverTunnelling(IpPrefix prefix) {
    return new WatcherSetup(mode, List.of(prefix), clock);
  }
}
