package dev.azwg.wg.mesh;

import dev.azwg.ipam.address.IpPrefix;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What somebody else has done to our routes. The plugin adds and removes the throw routes of this
 * node's pods, before or after the watcher hears of the pod: that is not drift, but for a pod that
 * stays and has lost its route.
 */
public final class RouteDrift {
  private RouteDrift() {}

  /**
   * The differences between the table as it was left and as it is found, without those that are
   * wanted now.
   *
   * @param suspects the prefixes to look at
   * @param pods the addresses that the plugin has attached to pods of this node, or may
   * @param steady those that are attached, were when the table was left, and not anew since
   */
  public static List<Drift> between(
      Set<IpPrefix> suspects,
      Map<IpPrefix, RouteTarget> left,
      Map<IpPrefix, RouteTarget> found,
      Map<IpPrefix, RouteTarget> desired,
      Set<IpPrefix> pods,
      Set<IpPrefix> steady) {
    List<Drift> drifts = new ArrayList<>();
    for (IpPrefix prefix : suspects) {
      RouteTarget before = left.get(prefix);
      RouteTarget now = found.get(prefix);
      boolean asWanted = now == desired.get(prefix);
      boolean ourChange = before != desired.get(prefix);
      boolean plugins =
          now == RouteTarget.THROW
              ? before == null || pods.contains(prefix)
              : now == null && pods.contains(prefix) && !steady.contains(prefix);
      if (!asWanted && !ourChange && !plugins) {
        drifts.add(
            new Drift(
                Drift.Kind.ROUTE, prefix + " was " + text(now) + " instead of " + text(before)));
      }
    }
    return drifts;
  }

  /** All prefixes that are in one of the tables and differ in the other. */
  public static Set<IpPrefix> differences(
      Map<IpPrefix, RouteTarget> left, Map<IpPrefix, RouteTarget> found) {
    Set<IpPrefix> different = new HashSet<>();
    left.forEach((prefix, target) -> {
      if (found.get(prefix) != target) {
        different.add(prefix);
      }
    });
    for (IpPrefix prefix : found.keySet()) {
      if (!left.containsKey(prefix)) {
        different.add(prefix);
      }
    }
    return different;
  }

  private static String text(@Nullable RouteTarget target) {
    return target == null ? "missing" : target.name();
  }
}
