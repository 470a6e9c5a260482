package dev.azwg.wg.watcher;

import dev.azwg.ipam.address.IpPrefix;
import dev.azwg.wg.mesh.RouteTarget;
import dev.azwg.wg.mesh.SortedRoutes;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/**
 * Our routes in the kernel as far as they are known: as they were read or left, and what has been
 * heard since. Nearly all that is heard is the echo of what was left, and takes no memory here.
 */
final class KnownRoutes {
  private SortedRoutes base = SortedRoutes.EMPTY;
  private final Map<IpPrefix, Optional<RouteTarget>> since = new HashMap<>();

  /** All of them were read, or written. */
  void are(SortedMap<IpPrefix, RouteTarget> routes) {
    base = SortedRoutes.copyOf(routes);
    since.clear();
  }

  /** One was heard of; it is gone if it has no target. */
  void heard(IpPrefix prefix, @Nullable RouteTarget target) {
    if (base.get(prefix) == target) {
      since.remove(prefix);
    } else {
      since.put(prefix, Optional.ofNullable(target));
    }
  }

  /** All of them now. */
  SortedRoutes all() {
    base = base.with(since);
    since.clear();
    return base;
  }
}
