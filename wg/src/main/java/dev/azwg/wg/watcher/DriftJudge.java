package dev.azwg.wg.watcher;

import dev.azwg.ipam.address.IpPrefix;
import dev.azwg.netlink.route.Route;
import dev.azwg.netlink.route.Rule;
import dev.azwg.wg.device.Peer;
import dev.azwg.wg.host.PolicyRules;
import dev.azwg.wg.host.Sysctls;
import dev.azwg.wg.host.TableContent;
import dev.azwg.wg.host.WireGuardTable;
import dev.azwg.wg.key.PublicKey;
import dev.azwg.wg.mesh.DesiredPeer;
import dev.azwg.wg.mesh.DesiredState;
import dev.azwg.wg.mesh.Drift;
import dev.azwg.wg.mesh.PeerDrift;
import dev.azwg.wg.mesh.RouteDrift;
import dev.azwg.wg.mesh.RouteTarget;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Judges what passes find against what the last successful one has left. What a device loses when
 * it goes or goes down is told as the one thing that it is. Findings are kept until a pass
 * succeeds, so that one which is repeated counts once.
 */
final class DriftJudge {
  private record Left(
      int deviceIndex, DesiredState desired, boolean ipv6, Set<IpPrefix> backstops) {}

  private final DriftLog log;
  private final Set<Drift> noticed = new LinkedHashSet<>();
  private @Nullable Left left;
  private boolean lostRoutes;

  DriftJudge(DriftLog log) {
    this.log = log;
  }

  /** The device's index when a pass last succeeded, 0 if none has. */
  int formerIndex() {
    Left before = left;
    return before == null ? 0 : before.deviceIndex();
  }

  /** The peers as they were left on this device. */
  Map<PublicKey, DesiredPeer> formerPeers(int deviceIndex) {
    Left before = left;
    return before == null || before.deviceIndex() != deviceIndex
        ? Map.of()
        : before.desired().peers();
  }

  /** Whether one of these had a throw route that is gone. */
  boolean missesThrow(Set<IpPrefix> pods, Map<IpPrefix, RouteTarget> routes) {
    Left before = left;
    if (before == null) {
      return false;
    }
    for (IpPrefix pod : pods) {
      if (before.desired().routes().get(pod) == RouteTarget.THROW && !routes.containsKey(pod)) {
        return true;
      }
    }
    return false;
  }

  /** Nothing is left on purpose. */
  void forget() {
    left = null;
    noticed.clear();
  }

  void renamed(String name) {
    noticed.add(new Drift(Drift.Kind.DEVICE_RENAMED, "was named " + name));
  }

  /** The device was found, with these settings different from ours. */
  void attached(int deviceIndex, List<Drift> corrected) {
    Left before = left;
    if (before == null) {
      return;
    }
    if (before.deviceIndex() == deviceIndex) {
      noticed.addAll(corrected);
    } else {
      noticed.add(
          new Drift(Drift.Kind.DEVICE_DELETED, "interface " + before.deviceIndex() + " was gone"));
    }
  }

  /** The device's link was different in this from what is desired now. */
  void settled(int deviceIndex, DesiredState desired, List<Drift> corrected) {
    Left before = left;
    if (before == null || before.deviceIndex() != deviceIndex) {
      return;
    }
    for (Drift drift : corrected) {
      // Routes go with a link that goes down, and with its last address.
      lostRoutes |=
          drift.kind() == Drift.Kind.DEVICE_DOWN || drift.kind() == Drift.Kind.DEVICE_ADDRESS;
    }
    DesiredState old = before.desired();
    boolean down = corrected.stream().anyMatch(each -> each.kind() == Drift.Kind.DEVICE_DOWN);
    for (Drift drift : corrected) {
      boolean wasOurs =
          switch (drift.kind()) {
            case DEVICE_MTU -> old.mtu() == desired.mtu();
            // IPv6 addresses go when the device goes down.
            case DEVICE_ADDRESS -> !down && old.deviceAddresses().equals(desired.deviceAddresses());
            default -> true;
          };
      if (wasOurs) {
        noticed.add(drift);
      }
    }
  }

  /** The peers as they were observed. */
  void peers(
      int deviceIndex, Collection<Peer> observed, DesiredState desired, Predicate<PublicKey> ours) {
    Left before = left;
    if (before != null && before.deviceIndex() == deviceIndex) {
      noticed.addAll(PeerDrift.between(before.desired().peers(), observed, desired.peers(), ours));
    }
  }

  /**
   * The table as it was found.
   *
   * @param touched the prefixes that others have changed; null if the whole table was read
   */
  void routes(
      int deviceIndex,
      TableContent found,
      DesiredState desired,
      Evidence evidence,
      @Nullable Set<IpPrefix> touched) {
    Set<IpPrefix> overtaken = new HashSet<>();
    for (Route rival : found.rivals(desired.routes())) {
      IpPrefix prefix = WireGuardTable.prefix(rival);
      overtaken.add(prefix);
      noticed.add(
          new Drift(
              Drift.Kind.ROUTE,
              prefix + " had a route of protocol " + rival.protocol() + " before ours"));
    }
    Left before = left;
    if (before == null) {
      return;
    }
    for (Route stray : found.strays()) {
      noticed.add(
          new Drift(
              Drift.Kind.ROUTE, WireGuardTable.prefix(stray) + " had a second route of ours"));
    }
    for (IpPrefix prefix : before.backstops()) {
      if (!found.backstops().contains(prefix) && desired.routes().containsKey(prefix)) {
        noticed.add(new Drift(Drift.Kind.ROUTE, prefix + " had no backstop"));
      }
    }
    Map<IpPrefix, RouteTarget> old = before.desired().routes();
    Set<IpPrefix> suspects =
        touched == null ? RouteDrift.differences(old, found.routes()) : new HashSet<>(touched);
    suspects.removeAll(overtaken);
    if (before.deviceIndex() != deviceIndex || lostRoutes) {
      suspects.removeIf(prefix -> old.get(prefix) == RouteTarget.DEVICE);
    }
    noticed.addAll(
        RouteDrift.between(
            suspects,
            old,
            found.routes(),
            desired.routes(),
            evidence.pods(),
            evidence.steadyPods()));
  }

  /** What had to be done to the rules. */
  void rules(PolicyRules.Outcome outcome, boolean ipv6) {
    Left before = left;
    boolean known = before != null && before.ipv6() == ipv6;
    if (known) {
      outcome
          .added()
          .forEach(rule -> noticed.add(new Drift(Drift.Kind.RULE, "missing: " + text(rule))));
    }
    for (Rule rule : outcome.removed()) {
      // A predecessor with other options has left ours.
      if (known || rule.protocol() != WireGuardTable.PROTOCOL) {
        noticed.add(new Drift(Drift.Kind.RULE, "wrong: " + text(rule)));
      }
    }
  }

  /**
   * The kernel's parameter for reverse path filtering was looked at.
   *
   * @param corrected whether it was not as it was left
   */
  void sysctl(boolean corrected) {
    if (corrected && left != null) {
      noticed.add(new Drift(Drift.Kind.SYSCTL, Sysctls.SOURCE_VALID_MARK + " was not 1"));
    }
  }

  /**
   * The packet filter was looked at.
   *
   * @param difference from what was left; empty if there is none
   */
  void firewall(String difference) {
    if (!difference.isEmpty() && left != null) {
      noticed.add(new Drift(Drift.Kind.FIREWALL, difference));
    }
  }

  /** A pass has succeeded: tells what was repaired, and remembers what it leaves. */
  void left(int deviceIndex, DesiredState desired, boolean ipv6, Set<IpPrefix> backstops) {
    left = new Left(deviceIndex, desired, ipv6, backstops);
    log.found(noticed);
    noticed.clear();
    lostRoutes = false;
  }

  private static String text(Rule rule) {
    return rule.priority()
        + ": "
        + (rule.invert() ? "not " : "")
        + (rule.fwmask() == 0
            ? "any mark"
            : "mark 0x"
                + Integer.toHexString(rule.fwmark())
                + "/0x"
                + Integer.toHexString(rule.fwmask()))
        + " lookup "
        + Integer.toUnsignedString(rule.table())
        + " protocol "
        + rule.protocol();
  }
}
