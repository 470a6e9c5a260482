package dev.azwg.wg.watcher;

import dev.azwg.wg.host.HostException;
import dev.azwg.wg.host.Sysctls;
import dev.azwg.wg.host.nft.Counter;
import dev.azwg.wg.host.nft.Firewall;
import dev.azwg.wg.mesh.DesiredState;
import java.util.Map;

/**
 * What keeps the encrypted packets of peers from being dropped by reverse path filtering, and the
 * others from passing for encrypted ones: the packet filter and the sysctl that it needs.
 */
final class Protection {
  private final Firewall firewall;
  private final Sysctls sysctls;
  private final boolean strict;
  private final Log log;
  private String known = "";
  private boolean removed;

  // Read by the local API too.
  private volatile String problem = "";

  Protection(Firewall firewall, Sysctls sysctls, boolean strict, Log log) {
    this.firewall = firewall;
    this.sysctls = sysctls;
    this.strict = strict;
    this.log = log;
  }

  /**
   * Looks whether the packet filter and the sysctl are as they were left. What differs is put right
   * by the next {@link #ensure}.
   *
   * @return what differs in the packet filter; empty if nothing does
   */
  String verify() {
    return firewall.verify();
  }

  /** Whether packets are marked on their way in; otherwise rules have to spare the port. */
  boolean marksPackets() {
    return problem.isEmpty();
  }

  /** Why the packet filter is not in use; empty if it is. */
  String problem() {
    return problem;
  }

  /** Why the node does not do what its mode promises; empty if it does. */
  String degradation() {
    return strict && !problem.isEmpty() ? "strict mode needs nftables: " + problem : "";
  }

  /** The counters of the packet filter, as they are now. */
  Map<Counter, Counter.Count> counters() throws HostException {
    return problem.isEmpty() ? firewall.counters() : Map.of();
  }

  /** Takes the packet filter away, once. */
  void remove() {
    if (removed) {
      return;
    }
    try {
      firewall.remove();
      removed = true;
    } catch (HostException e) {
      log.debug("no packet filter to remove", "error", e.getMessage());
    }
  }

  /** Brings the packet filter to the desired state; has to come before the routes. */
  void ensure(DesiredState desired) {
    removed = false;
    boolean changed = firewall.ensure(desired);
    problem = firewall.problem();
    if (changed) {
      log.debug("packet filter changed", "table", Firewall.TABLE);
    }
    if (!problem.equals(known)) {
      if (problem.isEmpty()) {
        log.info("packet filter in use", "table", Firewall.TABLE);
      } else {
        log.warn(
            "no packet filter: policy rules spare the WireGuard port instead, plaintext is neither"
                + " counted nor refused on its way in, and segment sizes are not clamped",
            "error",
            problem);
      }
      known = problem;
    }
  }

  /**
   * Brings the sysctl to what marks on incoming packets need.
   *
   * @return whether it had to be changed
   */
  boolean ensureSysctl() {
    try {
      if (marksPackets() && sysctls.ensureSourceValidMark()) {
        log.info("sysctl set", "name", Sysctls.SOURCE_VALID_MARK, "value", 1);
        return true;
      }
    } catch (HostException e) {
      log.warn("reverse path filtering cannot be prepared", "error", e.getMessage());
    }
    return false;
  }
}
