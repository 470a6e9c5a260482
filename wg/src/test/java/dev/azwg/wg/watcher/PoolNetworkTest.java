package dev.azwg.wg.watcher;

import static dev.azwg.wg.mesh.MeshFixtures.prefix;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import dev.azwg.ipam.ledger.Ledger;
import dev.azwg.ipam.watcher.PublishOutcome;
import dev.azwg.ipam.watcher.WatcherClient;
import dev.azwg.netlink.testing.NamespaceExtension;
import dev.azwg.netlink.testing.TestNamespace;
import dev.azwg.wg.pool.IpamStateText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Node b is told its pool, 10.240.1.16 to 10.240.1.31, by azure-vnet-ipam's file. */
@Tag("network")
@ExtendWith(NamespaceExtension.class)
@Timeout(180)
class PoolNetworkTest {
  private static final String SUBNET = "10.240.0.0/16";
  private static final String NEW = "10.240.1.17";

  @TempDir private Path directory = Path.of("");

  private final TestNamespace bridge;
  private final TestNamespace a;
  private final TestNamespace b;
  private Fabric fabric;
  private WatcherProcess nodeA;
  private WatcherProcess nodeB;

  @SuppressWarnings("NullAway.Init")
  PoolNetworkTest(TestNamespace bridge, TestNamespace a, TestNamespace b) {
    this.bridge = bridge;
    this.a = a;
    this.b = b;
  }

  private Path file() {
    return directory.resolve("azure-vnet-ipam.json");
  }

  private static String[] pool(int from, int to) {
    return IntStream.rangeClosed(from, to).mapToObj(PluginActs::address).toArray(String[]::new);
  }

  @BeforeEach
  void connect() throws IOException {
    fabric = new Fabric(bridge);
    fabric.join(a, "10.240.0.4");
    fabric.join(b, "10.240.0.5");
    IpamStateText.write(file(), SUBNET, pool(16, 31));
    nodeA = WatcherProcess.start(a, "a", directory);
    nodeB = WatcherProcess.start(b, "b", directory, WatcherSetup.USUAL.withIpamPool(file()));
    nodeA.awaitPath("b", "VERIFIED");
    nodeB.awaitPath("a", "VERIFIED");
    nodeA.awaitRoutes(PluginActs.address(31) + " dev " + nodeA.device());
  }

  @AfterEach
  void stop() {
    nodeB.close();
    nodeA.close();
  }

  /** Another file as soon as the record has been written again. */
  private Object record() throws IOException {
    return Files.getAttribute(directory.resolve("peers/b.json"), "unix:ino")
        + " "
        + Files.getLastModifiedTime(directory.resolve("peers/b.json"));
  }

  private JsonObject pool(WatcherProcess node) throws IOException {
    return node.status().getAsJsonObject("pool");
  }

  @Test
  void theFirstPacketToANewPodGoesThroughTheTunnelBeforeTheNodeHasHeardOfThePod(TestNamespace pod)
      throws Exception {
    Object before = record();
    long clear = fabric.clear();
    long encrypted = fabric.encrypted();
    TestPod attached = TestPod.attach(b, pod, NEW);
    // In the clear it would arrive, too.
    attached.isReachedThrough(fabric);
    String shown = a.exec("ping", "-n", "-c", "1", "-W", "2", NEW);
    assertTrue(shown.contains("1 received"), shown);
    assertEquals(clear, fabric.clear());
    assertTrue(fabric.encrypted() >= encrypted + 2);

    attached.record(nodeB.stateDirectory());
    long start = System.nanoTime();
    assertInstanceOf(
        PublishOutcome.Published.class,
        new WatcherClient(nodeB.stateDirectory()).changed(attached.key(), Duration.ofSeconds(10)));
    System.err.printf("b: published after %d us%n", (System.nanoTime() - start) / 1000);
    assertEquals(before, record(), "the record was written for a pod of the pool");
    assertEquals(16, pool(nodeB).get("claimed").getAsInt());
  }

  @Test
  void podsOfThePoolComeAndGoWithoutAWriteAndWithoutDrift() throws Exception {
    Object before = record();
    PluginActs plugin = new PluginActs(b, nodeB.stateDirectory());
    for (int round = 0; round < 3; round++) {
      for (int pod = 16; pod < 24; pod++) {
        plugin.attach(pod);
      }
      for (int pod = 16; pod < 24; pod++) {
        plugin.detach(pod);
      }
    }
    for (int pod = 16; pod < 32; pod++) {
      // The plugin has taken its route away, but the address is still this node's.
      nodeB.awaitRoutes("throw " + PluginActs.address(pod));
    }
    assertEquals(before, record());
    assertEquals(0, nodeB.status().getAsJsonObject("drift").size(), nodeB::log);
  }

  @Test
  void aPoolThatShrinksKeepsItsLivePodsAndOneThatCannotBeReadStays() throws Exception {
    PluginActs plugin = new PluginActs(b, nodeB.stateDirectory());
    plugin.attach(20);
    IpamStateText.write(file(), SUBNET, pool(24, 32));
    nodeA.awaitRoutes(PluginActs.address(32) + " dev " + nodeA.device());
    nodeA.awaitNoRoute(PluginActs.address(16) + " ");
    nodeA.awaitRoutes(PluginActs.address(20) + " dev " + nodeA.device());

    Files.writeString(file(), "{");
    nodeB.await("report", () -> nodeB.log().contains("NOT_JSON"));
    Files.delete(file());
    nodeB.await("report", () -> nodeB.log().contains("UNAVAILABLE"));
    nodeB.await("status", () -> poolProblem().startsWith("UNAVAILABLE"));
    plugin.detach(20);
    nodeA.awaitNoRoute(PluginActs.address(20) + " ");
    nodeA.awaitRoutes(PluginActs.address(32) + " dev " + nodeA.device());
    assertEquals(9, pool(nodeB).get("prefixes").getAsInt());

    // Nothing is known after a restart: pod by pod.
    plugin.attach(25);
    nodeB.stop();
    nodeB.restart();
    nodeA.awaitNoRoute(PluginActs.address(32) + " ");
    nodeA.awaitRoutes(PluginActs.address(25) + " dev " + nodeA.device());
    IpamStateText.write(file(), SUBNET, pool(24, 32));
    nodeA.awaitRoutes(PluginActs.address(32) + " dev " + nodeA.device());
  }

  private String poolProblem() {
    try {
      return pool(nodeB).get("problem").getAsString();
    } catch (IOException e) {
      return "";
    }
  }

  @Test
  void aPodThatHasAnAddressOfAnotherNodesPoolIsReachedWhereItIs(TestNamespace pod)
      throws Exception {
    TestPod attached = TestPod.attach(a, pod, NEW);
    attached.record(nodeA.stateDirectory());
    new WatcherClient(nodeA.stateDirectory()).changed(attached.key(), Duration.ofSeconds(10));
    nodeB.awaitRoutes(NEW + " dev " + nodeB.device());
    nodeA.awaitRoutes("throw " + NEW);
    long clear = fabric.clear();
    String shown = b.exec("ping", "-n", "-c", "1", "-W", "2", NEW);
    assertTrue(shown.contains("1 received"), shown);
    assertEquals(clear, fabric.clear());

    new Ledger(nodeA.stateDirectory()).remove(attached.key());
    new WatcherClient(nodeA.stateDirectory()).changed(attached.key(), Duration.ofSeconds(10));
    a.ip("link", "del", attached.hostLink());
    nodeB.awaitRoutes("throw " + NEW);
    nodeA.awaitRoutes(NEW + " dev " + nodeA.device());
  }

  @Test
  void aStrictNodeLetsNothingOutInTheClearForAnAddressOfThePoolThatNoPodHas(TestNamespace pod)
      throws Exception {
    WatcherSetup strict = WatcherSetup.STRICT.withClusterRange(prefix(SUBNET));
    nodeA.restart(strict);
    nodeB.restart(strict.withIpamPool(file()));
    nodeA.awaitPath("b", "VERIFIED");
    nodeB.awaitPath("a", "VERIFIED");
    nodeB.awaitRoutes("throw " + NEW);
    nodeA.awaitRoutes(NEW + " dev " + nodeA.device());
    fabric.route(b, NEW);
    long clear = fabric.clear();
    long encrypted = fabric.encrypted();
    a.exec("sh", "-c", "ping -n -c 3 -i 0.1 -W 1 " + NEW + " || true");
    assertTrue(fabric.encrypted() >= encrypted + 3, "it has not reached its node");
    assertEquals(clear, fabric.clear());

    TestPod.attach(b, pod, NEW);
    String shown = a.exec("ping", "-n", "-c", "1", "-W", "2", NEW);
    assertTrue(shown.contains("1 received"), shown);
    assertEquals(clear, fabric.clear());
  }

  /**
   * The range is another node's: what neither file nor plugin can give to the nodes of this test.
   */
  @Test
  void aPodInARangeOfAnotherNodeIsReachedFromEverywhere(TestNamespace c, TestNamespace pod)
      throws Exception {
    fabric.join(c, "10.240.0.6");
    try (PlayedNode range = new PlayedNode(c, "c", "10.240.0.6", directory)) {
      range.accept(nodeA.status().get("publicKey").getAsString());
      range.publish(PlayedNode.now("10.240.3.0/28"));
      String address = "10.240.3.7";
      nodeB.awaitRoutes("10.240.3.0/28 ");
      TestPod attached = TestPod.attach(a, pod, address);
      attached.record(nodeA.stateDirectory());
      new WatcherClient(nodeA.stateDirectory()).changed(attached.key(), Duration.ofSeconds(10));
      nodeB.awaitRoutes(address + " dev " + nodeB.device());
      nodeA.awaitRoutes("throw " + address);
      String shown = b.exec("ping", "-n", "-c", "1", "-W", "2", address);
      assertTrue(shown.contains("1 received"), shown);
      AllowedIps allowed = AllowedIps.of(b, nodeB.device());
      assertTrue(allowed.of(range.key()).contains("10.240.3.0/28"));
      assertTrue(!allowed.of(range.key()).contains(address));
    }
  }
}
