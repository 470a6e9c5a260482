package dev.azwg.wg.watcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.azwg.netlink.libc.JnaLibc;
import dev.azwg.netlink.route.RouteMonitor;
import dev.azwg.netlink.testing.NamespaceExtension;
import dev.azwg.netlink.testing.TestNamespace;
import java.time.Duration;
import java.time.InstantSource;
import java.util.EnumSet;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** What of the real kernel's notifications makes which pass. */
@Tag("network")
@ExtendWith(NamespaceExtension.class)
@Timeout(60)
class KernelWatchNetworkTest {
  private static final Duration QUIET = Duration.ofMillis(300);

  private final Signals signals = new Signals();
  private final Log log = new Log(System.err, InstantSource.system(), Log.Level.DEBUG);
  private final KernelWatch watch = new KernelWatch("tunnel0", 51820, 1, signals, log);

  @Test
  void changedParametersThatConcernUsAreToldWithinASecondAndOthersNot(TestNamespace namespace)
      throws Exception {
    namespace.ip("link", "add", "tunnel0", "type", "veth", "peer", "name", "eth0");
    watch.expect(
        new Expectation(
            index(namespace, "tunnel0"),
            1340,
            List.of(),
            index(namespace, "eth0"),
            1400,
            new TreeMap<>(),
            List.of()));
    try (Subscription<RouteMonitor> _ = namespace.call(() -> watch.start(new JnaLibc()))) {
      for (String name : List.of("all", "tunnel0", "eth0")) {
        long start = System.nanoTime();
        namespace.exec("sysctl", "-qw", "net.ipv4.conf." + name + ".rp_filter=1");
        assertEquals(EnumSet.of(Dirty.SYSCTLS), signals.take(Duration.ofSeconds(30)).dirty(), name);
        Duration took = Duration.ofNanos(System.nanoTime() - start);
        assertTrue(took.compareTo(Duration.ofSeconds(1)) < 0, () -> "it took " + took);
      }
      namespace.exec("sysctl", "-qw", "net.ipv4.conf.lo.rp_filter=1");
      namespace.exec("sysctl", "-qw", "net.ipv4.conf.eth0.forwarding=1");
      namespace.ip("link", "add", "br1", "type", "bridge");
      assertEquals(EnumSet.noneOf(Dirty.class), signals.take(QUIET).dirty());
    }
  }

  @Test
  void rulesOfOthersAreNoReasonForAPass(TestNamespace namespace) throws Exception {
    watch.expect(new Expectation(5, 1340, List.of(), 6, 1400, new TreeMap<>(), List.of()));
    try (Subscription<RouteMonitor> _ = namespace.call(() -> watch.start(new JnaLibc()))) {
      namespace.ip("rule", "add", "prio", "60", "lookup", "77");
      namespace.ip("rule", "del", "prio", "60");
      assertEquals(EnumSet.noneOf(Dirty.class), signals.take(QUIET).dirty());
      namespace.ip("rule", "add", "prio", "60", "lookup", "51820");
      assertEquals(EnumSet.of(Dirty.KERNEL), signals.take(Duration.ofSeconds(30)).dirty());
    }
  }

  private static int index(TestNamespace namespace, String link) {
    String shown = namespace.ip("-o", "link", "show", link);
    return Integer.parseInt(shown.substring(0, shown.indexOf(':')));
  }
}
