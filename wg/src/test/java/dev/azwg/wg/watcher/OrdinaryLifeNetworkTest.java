package dev.azwg.wg.watcher;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.gson.JsonObject;
import dev.azwg.netlink.testing.NamespaceExtension;
import dev.azwg.netlink.testing.Seed;
import dev.azwg.netlink.testing.TestNamespace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What is not drift is not taken for it. */
@Tag("network")
@ExtendWith(NamespaceExtension.class)
@Timeout(180)
class OrdinaryLifeNetworkTest {
  private static final String A = "10.240.0.4";
  private static final String B = "10.240.0.5";

  @TempDir private Path directory = Path.of("");

  private final TestNamespace bridge;
  private final TestNamespace a;
  private final TestNamespace b;
  private Fabric fabric;
  private WatcherProcess nodeA;
  private WatcherProcess nodeB;

  @SuppressWarnings("NullAway.Init")
  OrdinaryLifeNetworkTest(TestNamespace bridge, TestNamespace a, TestNamespace b) {
    this.bridge = bridge;
    this.a = a;
    this.b = b;
  }

  @BeforeEach
  void connect() throws IOException {
    fabric = new Fabric(bridge);
    fabric.join(a, A);
    fabric.join(b, B);
    WatcherSetup setup = WatcherSetup.STRICT.resyncing(Duration.ofSeconds(1));
    nodeA = WatcherProcess.start(a, "a", directory, setup);
    nodeB = WatcherProcess.start(b, "b", directory, setup);
    nodeA.awaitRoutes(B + " dev " + nodeA.device());
    nodeB.awaitRoutes(A + " dev " + nodeB.device());
  }

  @AfterEach
  void stop() {
    nodeB.close();
    nodeA.close();
  }

  @Test
  void podsRecordsAndRestartsAreNoDrift() throws Exception {
    Seed.forAll(1, this::podsComeAndGo);
    a.ip("addr", "add", "10.240.0.44/16", "dev", "eth0");
    nodeB.awaitRoutes("10.240.0.44 dev " + nodeB.device());
    a.ip("addr", "del", "10.240.0.44/16", "dev", "eth0");
    nodeB.awaitNoRoute("10.240.0.44 ");
    a.ip("link", "set", "eth0", "mtu", "1390");
    nodeA.await("MTU", () -> a.ip("link", "show", nodeA.device()).contains("mtu 1330"));
    awaitPasses(nodeA, 3);
    assertNoDrift();
  }

  private void podsComeAndGo(Random random) throws IOException {
    PluginActs plugin = new PluginActs(a, nodeA.stateDirectory());
    boolean[] attached = new boolean[8];
    for (int i = 0; i < 60; i++) {
      int pod = random.nextInt(attached.length);
      if (attached[pod]) {
        plugin.detach(pod);
      } else {
        plugin.attach(pod);
      }
      attached[pod] = !attached[pod];
      if (attached[pod] && random.nextInt(4) == 0) {
        // The address is given to another pod at once.
        plugin.detach(pod);
        plugin.attach(pod);
      }
      if (i % 20 == 19) {
        assertNoDrift();
        WatcherProcess node = i % 40 == 19 ? nodeA : nodeB;
        node.stop();
        node.restart();
        nodeA.awaitPath("b", "VERIFIED");
        nodeB.awaitPath("a", "VERIFIED");
      }
    }
    for (int pod = 0; pod < attached.length; pod++) {
      if (attached[pod]) {
        nodeB.awaitRoutes(PluginActs.address(pod) + " dev " + nodeB.device());
      } else {
        nodeB.awaitNoRoute(PluginActs.address(pod) + " ");
      }
    }
  }

  @Test
  void aNodeThatComesAndGoesIsNoDrift(TestNamespace c) throws Exception {
    fabric.join(c, "10.240.0.6");
    WatcherSetup setup = WatcherSetup.STRICT.resyncing(Duration.ofSeconds(1));
    try (WatcherProcess nodeC = WatcherProcess.start(c, "c", directory, setup)) {
      nodeA.awaitPath("c", "VERIFIED");
      nodeC.awaitPath("b", "VERIFIED");
      nodeC.stop();
      Files.delete(directory.resolve("peers/c.json"));
      nodeA.awaitNoRoute("10.240.0.6 ");
      nodeB.awaitNoRoute("10.240.0.6 ");
    }
    awaitPasses(nodeA, 3);
    assertNoDrift();
    assertEquals(1, nodeA.wg("show", "peers").lines().count());
  }

  private static void awaitPasses(WatcherProcess node, long more) throws IOException {
    long before = node.passes();
    node.await("passes", () -> node.passes() >= before + more);
  }

  private void assertNoDrift() throws IOException {
    for (WatcherProcess node : List.of(nodeA, nodeB)) {
      JsonObject status = node.status();
      assertEquals(0, status.getAsJsonObject("drift").size(), status::toString);
      assertEquals(0, status.getAsJsonObject("foreignPeers").get("count").getAsInt());
    }
  }
}
