package dev.azwg.wg.watcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.azwg.netlink.libc.JnaLibc;
import dev.azwg.netlink.netfilter.NftConstants;
import dev.azwg.netlink.netfilter.NftMonitor;
import dev.azwg.netlink.testing.NamespaceExtension;
import dev.azwg.netlink.testing.TestNamespace;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.EnumSet;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

@Tag("network")
@ExtendWith(NamespaceExtension.class)
@Timeout(60)
class FirewallWatchNetworkTest {
  @Test
  void aRulesetThatAnotherAgentFlushesIsToldWithinASecond(TestNamespace namespace)
      throws Exception {
    Assumptions.assumeTrue(
        Files.isExecutable(Path.of("/usr/sbin/nft")), "needs nft of Debian's nftables");
    namespace.exec("nft", "add table inet azwg; add table inet other");
    Signals signals = new Signals();
    Log log = new Log(System.err, InstantSource.system(), Log.Level.DEBUG);
    try (Subscription<NftMonitor> watch =
        namespace.call(() ->
            FirewallWatch.start(new JnaLibc(), NftConstants.NFPROTO_INET, "azwg", signals, log))) {
      assertNotNull(watch);
      namespace.exec("nft", "add chain inet other c");
      assertEquals(EnumSet.noneOf(Dirty.class), signals.take(Duration.ofMillis(300)).dirty());
      long start = System.nanoTime();
      namespace.exec("nft", "flush ruleset");
      assertEquals(EnumSet.of(Dirty.FIREWALL), signals.take(Duration.ofSeconds(30)).dirty());
      Duration took = Duration.ofNanos(System.nanoTime() - start);
      assertTrue(took.compareTo(Duration.ofSeconds(1)) < 0, () -> "it took " + took);
    }
  }
}
