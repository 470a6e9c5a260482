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
  /** Reading counters takes at most this part of the time. */
  private static final int COUNTERS_DUTY = 20;

  private final Firewall firewall;
  private final Sysctls sysctls;
  private final boolean strict;
  private final Log log;
  private String known = "";
  private boolean removed;
  private Map<Counter, Counter.Count> counts = Map.of();
  private long countsUntil = System.nanoTime();

  // Read by the local API and the metrics too.
  private volatile boolean active;
  private volatile String problem = "";
  private volatile String markProblem = "";

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
    return problem.isEmpty() && markProblem.isEmpty();
  }

  /** Whether the packet filter is in use. */
  boolean isActive() {
    return active;
  }

  /** Why the packet filter, or its mark, is not in use although it should be; else empty. */
  String problem() {
    return problem.isEmpty() ? markProblem : problem;
  }

  /** Why the node does not do what its mode promises; empty if it does. */
  String degradation() {
    return strict && !problem.isEmpty() ? "strict mode needs nftables: " + problem : "";
  }

  /**
   * The counters of the packet filter. Reading them costs nft a look at all that the table holds,
   * so it is not done again before some time, the longer the more it has cost.
   */
  synchronized Map<Counter, Counter.Count> counters() throws HostException {
    if (!active) {
      return Map.of();
    }
    long start = System.nanoTime();
    if (start - countsUntil >= 0) {
      counts = firewall.counters();
      long end = System.nanoTime();
      countsUntil = end + COUNTERS_DUTY * (end - start);
    }
    return counts;
  }

  /** Takes the packet filter away, once. */
  void remove() {
    if (removed) {
      return;
    }
    try {
      active = false;
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
    active = problem.isEmpty();
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
      boolean changed = sysctls.ensureSourceValidMark();
      if (changed) {
        log.info("sysctl set", "name", Sysctls.SOURCE_VALID_MARK, "value", 1);
      }
      markProblem = "";
      return changed;
    } catch (HostException e) {
      String reason = String.valueOf(e.getMessage());
      if (!reason.equals(markProblem)) {
        log.warn(
            "marks of packets are not looked at: policy rules spare the WireGuard port instead",
            "error",
            reason);
      }
      markProblem = reason;
      return false;
    }
  }
}
