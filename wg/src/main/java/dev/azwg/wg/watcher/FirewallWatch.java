package dev.azwg.wg.watcher;

import dev.azwg.netlink.NetlinkException;
import dev.azwg.netlink.libc.Libc;
import dev.azwg.netlink.netfilter.NftEvent;
import dev.azwg.netlink.netfilter.NftMonitor;
import java.time.Duration;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * Marks {@link Dirty#FIREWALL} when a transaction that is not our own has touched our nftables
 * table.
 */
final class FirewallWatch {
  /** Nothing depends on it: a wait without notifications is simply begun anew. */
  private static final Duration QUIET = Duration.ofHours(1);

  private FirewallWatch() {}

  /**
   * Starts it.
   *
   * @param family the table's, an {@code NFPROTO_} value
   * @param own whether the process of that number works for us
   * @return null where the kernel does not tell; then the resync alone finds changes
   */
  static @Nullable Subscription<NftMonitor> start(
      Libc libc, int family, String table, IntPredicate own, Signals signals, Log log) {
    try {
      return Subscription.start(
          "firewall watch",
          () -> NftMonitor.open(libc, family, table),
          monitor -> receive(monitor, own, signals, log),
          () -> signals.mark(Dirty.FIREWALL),
          log);
    } catch (NetlinkException e) {
      log.warn("changes to nftables are found by the resync only", "reason", e.getMessage());
      return null;
    }
  }

  private static void receive(NftMonitor monitor, IntPredicate own, Signals signals, Log log)
      throws NetlinkException {
    for (NftEvent event : monitor.next(QUIET)) {
      log.debug("firewall changed", "event", event);
      if (!(event instanceof NftEvent.TableChanged changed && own.test(changed.processId()))) {
        signals.mark(Dirty.FIREWALL);
      }
    }
  }
}
