package dev.azwg.wg.watcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.azwg.netlink.testing.NamespaceExtension;
import dev.azwg.netlink.testing.Seed;
import dev.azwg.netlink.testing.TestNamespace;
import dev.azwg.wg.mesh.Drift;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** However much others change, the watcher's work is bounded and ends. */
@Tag("network")
@ExtendWith(NamespaceExtension.class)
@Timeout(120)
class DriftStormNetworkTest {
  private static final String A = "10.240.0.4";
  private static final String B = "10.240.0.5";

  @TempDir private Path directory = Path.of("");

  private final TestNamespace bridge;
  private final TestNamespace a;
  private final TestNamespace b;
  private WatcherProcess nodeA;
  private WatcherProcess nodeB;

  @SuppressWarnings("NullAway.Init")
  DriftStormNetworkTest(TestNamespace bridge, TestNamespace a, TestNamespace b) {
    this.bridge = bridge;
    this.a = a;
    this.b = b;
  }

  @BeforeEach
  void connect() throws IOException {
    Fabric fabric = new Fabric(bridge);
    fabric.join(a, A);
    fabric.join(b, B);
    nodeA = WatcherProcess.start(a, "a", directory, WatcherSetup.STRICT);
    nodeB = WatcherProcess.start(b, "b", directory, WatcherSetup.STRICT);
    nodeA.awaitRoutes(B + " dev " + nodeA.device());
    nodeB.awaitRoutes(A + " dev " + nodeB.device());
  }

  @AfterEach
  void stop() {
    nodeB.close();
    nodeA.close();
  }

  @Test
  void aStormOfChangesByOthersConvergesWithinBoundedWork() throws Exception {
    PluginActs plugin = new PluginActs(a, nodeA.stateDirectory());
    for (int pod = 1; pod < 5; pod++) {
      plugin.attach(pod);
    }
    Seed.forAll(1, this::storm);
  }

  private void storm(Random random) throws Exception {
    String rules = a.ip("rule");
    String routes = nodeA.routes();
    long passes = nodeA.passes();
    long start = System.nanoTime();
    for (int i = 0; i < 20; i++) {
      StringBuilder batch = new StringBuilder();
      for (int j = 0; j < 10; j++) {
        batch.append(change(random)).append('\n');
      }
      Path file = Files.writeString(directory.resolve("batch"), batch);
      a.exec("sh", "-c", "ip -force -batch " + file + " 2>/dev/null || true");
    }
    Duration storm = Duration.ofNanos(System.nanoTime() - start);
    nodeA.await("rules", () -> a.ip("rule").equals(rules));
    nodeA.await("routes", () -> nodeA.routes().equals(routes));
    Duration took = Duration.ofNanos(System.nanoTime() - start);
    long more = nodeA.passes() - passes;
    System.err.printf(
        "storm of %d ms: converged after %d ms in %d passes, drift %s%n",
        storm.toMillis(), took.toMillis(), more, nodeA.status().get("drift"));
    assertTrue(took.minus(storm).compareTo(Duration.ofSeconds(2)) < 0, () -> "it took " + took);
    assertTrue(more <= 100, () -> more + " passes");
    assertTrue(nodeA.drift(Drift.Kind.ROUTE) > 0 && nodeA.drift(Drift.Kind.RULE) > 0);
    a.exec("ping", "-c", "1", "-W", "5", B);
    // The echoes of the last repairs, and then there is nothing more to do.
    a.exec("ping", "-c", "5", "-i", "0.2", B);
    long quiet = nodeA.passes();
    a.exec("ping", "-c", "5", "-i", "0.2", B);
    assertEquals(quiet, nodeA.passes());
  }

  private String change(Random random) {
    String pod = PluginActs.address(1 + random.nextInt(4));
    return switch (random.nextInt(9)) {
      case 0 -> "rule del prio 99";
      case 1 -> "rule add prio 99 lookup 51820";
      case 2 -> "rule add prio " + (40 + random.nextInt(9)) + " from 10.9.0.0/16 lookup 51820";
      case 3 -> "rule add prio 99 fwmark 0x100000/0x100000 lookup 51820 protocol 142";
      case 4 -> "route del " + B + " table 51820";
      case 5 -> "route replace " + B + " dev eth0 table 51820 proto static";
      case 6 -> "route prepend " + B + " dev eth0 table 51820 proto static";
      case 7 -> "route del " + pod + " table 51820";
      default -> "route replace " + pod + " dev eth0 table 51820 proto 142";
    };
  }
}
