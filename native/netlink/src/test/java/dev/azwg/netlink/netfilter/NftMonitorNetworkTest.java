package dev.azwg.netlink.netfilter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.azwg.netlink.libc.JnaLibc;
import dev.azwg.netlink.netfilter.NftEvent.TableChanged;
import dev.azwg.netlink.testing.NamespaceExtension;
import dev.azwg.netlink.testing.TestNamespace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The monitor on the real kernel, while nft(8) changes tables. */
@Tag("network")
@Timeout(60)
@ExtendWith(NamespaceExtension.class)
class NftMonitorNetworkTest {
  private static final Duration LONG = Duration.ofSeconds(30);

  private final TestNamespace namespace;
  private final NftMonitor monitor;

  @TempDir private Path directory = Path.of("");

  NftMonitorNetworkTest(TestNamespace namespace) throws IOException {
    Assumptions.assumeTrue(
        Files.isExecutable(Path.of("/usr/sbin/nft")), "needs nft of Debian's nftables");
    this.namespace = namespace;
    this.monitor =
        namespace.call(() -> NftMonitor.open(new JnaLibc(), NftConstants.NFPROTO_INET, "azwg"));
  }

  @AfterEach
  void close() {
    monitor.close();
  }

  private TableChanged next() throws IOException {
    List<NftEvent> events = new ArrayList<>();
    while (events.isEmpty()) {
      events.addAll(monitor.next(LONG));
    }
    assertEquals(1, events.size(), events::toString);
    return (TableChanged) events.getFirst();
  }

  @Test
  void tellsOfEachChangeToTheTableAndOfNothingElse() throws Exception {
    namespace.exec("nft", "add table inet azwg");
    TableChanged added = next();
    assertEquals("nft", added.process());
    assertTrue(added.portId() != 0 && added.processId() != 0, added::toString);

    namespace.exec("nft", "add table inet other; add chain inet other c");
    namespace.exec("nft", "add table ip azwg");
    namespace.exec("nft", "add chain inet azwg c");
    TableChanged chain = next();
    assertEquals(added.generation() + 3, chain.generation());

    namespace.exec("nft", "add rule inet azwg c counter");
    assertEquals(chain.generation() + 1, next().generation());
    namespace.exec("nft", "add set inet azwg s { type ipv4_addr; }");
    assertEquals(chain.generation() + 2, next().generation());
    namespace.exec("nft", "add element inet azwg s { 10.1.0.1 }");
    assertEquals(chain.generation() + 3, next().generation());
    namespace.exec("nft", "flush ruleset");
    assertEquals(chain.generation() + 4, next().generation());
  }

  @Test
  void aGreatTransactionElsewhereCostsOneLookAtMost() throws Exception {
    StringBuilder rules = new StringBuilder("table inet other {\n chain c {\n");
    for (int i = 0; i < 20_000; i++) {
      rules
          .append("ip daddr 10.")
          .append(i >> 8)
          .append('.')
          .append(i & 255)
          .append(".1 counter\n");
    }
    Path file = Files.writeString(directory.resolve("rules"), rules.append("}\n}\n"));
    namespace.exec("nft", "-f", file.toString());
    namespace.exec("nft", "add table inet azwg");
    long start = System.nanoTime();
    List<NftEvent> events = new ArrayList<>();
    while (events.isEmpty()) {
      events.addAll(monitor.next(LONG));
    }
    long took = System.nanoTime() - start;
    // Either all messages fitted the buffer, or it is told that they did not.
    assertEquals(1, events.size(), events::toString);
    assertTrue(took < Duration.ofSeconds(2).toNanos(), "it took " + took);
  }
}
