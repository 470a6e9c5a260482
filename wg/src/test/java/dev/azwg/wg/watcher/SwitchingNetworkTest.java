package dev.azwg.wg.watcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.azwg.netlink.testing.NamespaceExtension;
import dev.azwg.netlink.testing.TestNamespace;
import dev.azwg.wg.mesh.PathPolicy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Encryption is switched off on a node, and on again, while traffic flows. */
@Tag("network")
@ExtendWith(NamespaceExtension.class)
@Timeout(180)
class SwitchingNetworkTest {
  private static final String A = "10.240.0.4";
  private static final String B = "10.240.0.5";
  private static final String C = "10.240.0.6";
  private static final String POD_A = "10.240.1.10";
  private static final String POD_B = "10.240.2.10";

  /** With the usual keepalive a tunnel goes half a minute after its last use. */
  private static final PathPolicy QUICK =
      new PathPolicy(
          false,
          Duration.ofSeconds(1),
          Duration.ofMillis(300),
          Duration.ofSeconds(90),
          Duration.ofSeconds(240),
          Duration.ofSeconds(30));

  private static final WatcherSetup ON = WatcherSetup.USUAL.with(QUICK);
  private static final WatcherSetup OFF = ON.withoutEncryption();

  @TempDir private Path directory = Path.of("");

  private WatcherProcess start(TestNamespace namespace, String node, WatcherSetup setup)
      throws IOException {
    return WatcherProcess.start(namespace, node, directory, setup);
  }

  private static void ping(TestNamespace from, String to) {
    from.exec("ping", "-c", "1", "-W", "5", to);
  }

  private static int count(WatcherProcess watcher, String how, String what) throws IOException {
    JsonObject nodes = watcher.status().getAsJsonObject("nodes");
    return nodes.getAsJsonObject(how).get(what).getAsInt();
  }

  private static boolean hasDevice(TestNamespace namespace, WatcherProcess watcher) {
    return namespace.ip("-o", "link").contains(" " + watcher.device() + ":");
  }

  private JsonObject record(String node) throws IOException {
    return JsonParser.parseString(Files.readString(directory.resolve("peers/" + node + ".json")))
        .getAsJsonObject();
  }

  private static void awaitOff(TestNamespace namespace, WatcherProcess watcher) {
    watcher.await("end of the device", () -> !hasDevice(namespace, watcher));
    watcher.await("end of the rule", () -> !namespace.ip("rule").contains("51820"));
  }

  @Test
  void f14And15DisabledNodesAreReachedInTheClearAndSwitchingLosesNoConnection(
      TestNamespace bridge,
      TestNamespace a,
      TestNamespace b,
      TestNamespace podA,
      TestNamespace podB)
      throws Exception {
    Fabric fabric = new Fabric(bridge);
    fabric.join(a, A);
    fabric.join(b, B);
    TestPod onA = TestPod.attach(a, podA, POD_A);
    TestPod onB = TestPod.attach(b, podB, POD_B);
    onA.isReachedThrough(fabric);
    onB.isReachedThrough(fabric);
    try (WatcherProcess nodeA = start(a, "a", ON);
        WatcherProcess nodeB = start(b, "b", ON)) {
      onA.record(nodeA.stateDirectory());
      onB.record(nodeB.stateDirectory());
      nodeA.awaitRoutes(POD_B + " dev " + nodeA.device());
      nodeB.awaitRoutes(POD_A + " dev " + nodeB.device());

      List<LiveTraffic> flows = new ArrayList<>();
      try {
        flows.add(LiveTraffic.between(a, b, B));
        flows.add(LiveTraffic.between(b, a, A));
        flows.add(LiveTraffic.between(podA, podB, POD_B));
        flows.add(LiveTraffic.between(podB, podA, POD_A));
        flows.add(LiveTraffic.between(a, podB, POD_B));

        nodeA.restart(OFF);
        nodeB.awaitRoutes("throw " + POD_A);
        assertTrue(hasDevice(a, nodeA), "the device must outlast the peers' use of it");
        awaitOff(a, nodeA);
        nodeA.await("state", () -> encryption(nodeA).equals("off"));
        assertEquals(1, count(nodeA, "plaintext", "nodes"));
        assertEquals(2, count(nodeA, "plaintext", "prefixes"));
        assertEquals(1, count(nodeB, "plaintext", "nodes"));
        assertFalse(record("a").has("publicKey"), record("a")::toString);
        nodeB.await("no peer", () -> b.exec("wg", "show", nodeB.device(), "peers").isBlank());
        assertTrue(nodeA.routes().contains("throw " + POD_A), "the plugin's route stays");
        assertFalse(nodeA.routes().contains(B), nodeA::routes);

        nodeA.restart(ON);
        nodeA.awaitRoutes(POD_B + " dev " + nodeA.device());
        nodeB.awaitRoutes(POD_A + " dev " + nodeB.device());
        nodeA.awaitPath("b", "VERIFIED");
        assertEquals("HANDSHAKE", nodeA.peer("b").orElseThrow().get("pathReason").getAsString());

        for (LiveTraffic flow : flows) {
          assertUnharmed(flow.end());
        }
      } finally {
        for (LiveTraffic flow : flows) {
          flow.close();
        }
      }
    }
  }

  /**
   * A connection takes a lost packet or two, datagrams tell how many they are: a device drops what
   * it holds for a peer that is taken away, which is more on a busy machine.
   */
  private static void assertUnharmed(LiveTraffic.Outcome outcome) {
    System.err.println("switched: " + outcome);
    assertTrue(outcome.longestStall().compareTo(Duration.ofSeconds(2)) < 0, outcome::toString);
    assertTrue(outcome.lost() <= outcome.sent() / 20, outcome::toString);
  }

  @Test
  void uninstallingWhileTrafficFlowsLosesNoConnection(
      TestNamespace bridge,
      TestNamespace a,
      TestNamespace b,
      TestNamespace podA,
      TestNamespace podB)
      throws Exception {
    Fabric fabric = new Fabric(bridge);
    fabric.join(a, A);
    fabric.join(b, B);
    TestPod onA = TestPod.attach(a, podA, POD_A);
    TestPod onB = TestPod.attach(b, podB, POD_B);
    onA.isReachedThrough(fabric);
    onB.isReachedThrough(fabric);
    try (WatcherProcess nodeA = start(a, "a", ON);
        WatcherProcess nodeB = start(b, "b", ON)) {
      onA.record(nodeA.stateDirectory());
      onB.record(nodeB.stateDirectory());
      nodeA.awaitRoutes(POD_B + " dev " + nodeA.device());
      nodeB.awaitRoutes(POD_A + " dev " + nodeB.device());
      try (LiveTraffic nodes = LiveTraffic.between(a, b, B);
          LiveTraffic pods = LiveTraffic.between(podB, podA, POD_A)) {
        nodeA.stop();
        CommandRun uninstall =
            CommandRun.in(
                a,
                "uninstall",
                "--root=" + directory.resolve("a"),
                "--device=" + nodeA.device(),
                "--node=a",
                "--datastore=directory:" + directory.resolve("peers"),
                "--wait=20s");
        assertEquals(0, uninstall.exitCode(), uninstall::toString);
        assertTrue(uninstall.out().contains("nodes that may use it: 1"), uninstall::out);
        assertFalse(uninstall.out().contains("cut off"), uninstall::out);
        assertFalse(hasDevice(a, nodeA));
        assertFalse(a.ip("rule").contains("51820"));
        assertTrue(nodeA.routes().isBlank(), nodeA::routes);
        assertFalse(Files.exists(directory.resolve("peers/a.json")));
        nodeB.awaitNoRoute(POD_A);
        assertUnharmed(nodes.end());
        assertUnharmed(pods.end());
      }
    }
  }

  @Test
  void uninstallingGoesOnWithoutTheDatastoreAndSaysSo(TestNamespace bridge, TestNamespace a)
      throws Exception {
    new Fabric(bridge).join(a, A);
    try (WatcherProcess nodeA = start(a, "a", ON)) {
      nodeA.await("record", () -> Files.exists(directory.resolve("peers/a.json")));
      nodeA.stop();
      CommandRun uninstall =
          CommandRun.in(
              a,
              "uninstall",
              "--root=" + directory.resolve("a"),
              "--device=" + nodeA.device(),
              "--node=a",
              "--datastore=directory:" + directory.resolve("not there"));
      assertEquals(1, uninstall.exitCode(), uninstall::toString);
      assertTrue(uninstall.err().contains("cannot be told"), uninstall::err);
      assertFalse(hasDevice(a, nodeA));
      assertFalse(a.ip("rule").contains("51820"));
    }
  }

  @Test
  void u32And35ANodeWithoutAKeyIsNoPeerAndItsRoutesAreThrow(
      TestNamespace bridge, TestNamespace a, TestNamespace b) throws Exception {
    Fabric fabric = new Fabric(bridge);
    fabric.join(a, A);
    fabric.join(b, B);
    try (WatcherProcess nodeA = start(a, "a", ON);
        WatcherProcess nodeB = start(b, "b", OFF)) {
      nodeA.awaitRoutes("throw " + B);
      assertTrue(a.exec("wg", "show", nodeA.device(), "peers").isBlank());
      assertFalse(hasDevice(b, nodeB));
    }
  }

  @Test
  void f19ANodeReachesPodsInTheClearIfEitherSideIsDisabled(
      TestNamespace bridge, TestNamespace a, TestNamespace b, TestNamespace pod) throws Exception {
    Fabric fabric = new Fabric(bridge);
    fabric.join(a, A);
    fabric.join(b, B);
    TestPod onB = TestPod.attach(b, pod, POD_B);
    onB.isReachedThrough(fabric);
    try (WatcherProcess nodeA = start(a, "a", ON);
        WatcherProcess nodeB = start(b, "b", OFF)) {
      onB.record(nodeB.stateDirectory());
      nodeA.awaitRoutes("throw " + POD_B);
      ping(a, POD_B);

      nodeB.restart(ON);
      nodeA.awaitRoutes(POD_B + " dev " + nodeA.device());
      nodeB.awaitRoutes(A + " dev " + nodeB.device());
      ping(a, POD_B);

      nodeA.restart(OFF);
      nodeB.awaitRoutes("throw " + A);
      awaitOff(a, nodeA);
      ping(a, POD_B);
    }
  }

  @Test
  void f17OnlyTheDisabledNodeIsReachedInTheClear(
      TestNamespace bridge, TestNamespace a, TestNamespace b, TestNamespace c) throws Exception {
    Fabric fabric = new Fabric(bridge);
    fabric.join(a, A);
    fabric.join(b, B);
    fabric.join(c, C);
    try (WatcherProcess nodeA = start(a, "a", ON);
        WatcherProcess nodeB = start(b, "b", ON);
        WatcherProcess nodeC = start(c, "c", OFF)) {
      nodeA.awaitRoutes(B + " dev " + nodeA.device());
      nodeB.awaitRoutes(A + " dev " + nodeB.device());
      nodeA.awaitRoutes("throw " + C);
      nodeB.awaitRoutes("throw " + C);
      nodeC.await("status", () -> Files.exists(directory.resolve("peers/c.json")));
      assertEquals(1, a.exec("wg", "show", nodeA.device(), "peers").lines().count());
      assertEquals(1, count(nodeA, "encrypted", "nodes"));
      assertEquals(1, count(nodeA, "plaintext", "nodes"));
      assertEquals(2, count(nodeC, "plaintext", "nodes"));
      assertFalse(hasDevice(c, nodeC));
      ping(a, B);
      ping(a, C);
      ping(c, B);
    }
  }

  @Test
  void u50And51ANodeThatIsSwitchedOnBecomesAPeerAndOnlyItsRoutesChange(
      TestNamespace bridge, TestNamespace a, TestNamespace b, TestNamespace c) throws Exception {
    Fabric fabric = new Fabric(bridge);
    fabric.join(a, A);
    fabric.join(b, B);
    fabric.join(c, C);
    try (WatcherProcess nodeA = start(a, "a", ON);
        WatcherProcess nodeB = start(b, "b", ON);
        WatcherProcess nodeC = start(c, "c", OFF)) {
      nodeA.awaitRoutes(B + " dev " + nodeA.device());
      nodeA.awaitRoutes("throw " + C);
      try (RouteEvents events = RouteEvents.follow(a)) {
        nodeC.restart(ON);
        nodeA.awaitRoutes(C + " dev " + nodeA.device());
        List<String> changed = events.of("table 51820");
        assertTrue(changed.stream().allMatch(line -> line.contains(C)), changed::toString);
        assertFalse(changed.isEmpty());
      }
      assertEquals("VERIFIED", nodeA.path("c"));
      assertTrue(a.exec("wg", "show", nodeA.device(), "allowed-ips").contains(C + "/32"));
      nodeB.awaitRoutes(C + " dev " + nodeB.device());
    }
  }

  @Test
  void inAStrictMeshTheDisabledNodeIsRefusedAndCounted(
      TestNamespace bridge, TestNamespace a, TestNamespace b) throws Exception {
    Fabric fabric = new Fabric(bridge);
    fabric.join(a, A);
    fabric.join(b, B);
    try (WatcherProcess nodeA = start(a, "a", ON);
        WatcherProcess nodeB = start(b, "b", WatcherSetup.STRICT.with(QUICK))) {
      nodeB.awaitRoutes(A + " dev " + nodeB.device());
      nodeA.awaitRoutes(B + " dev " + nodeA.device());
      ping(a, B);
      nodeA.restart(OFF);
      nodeB.awaitRoutes("unreachable " + A);
      nodeB.await("refused node in the status", () -> refusedNodes(nodeB) == 1);
      assertEquals(1, count(nodeB, "refused", "prefixes"));
      assertThrows(IllegalStateException.class, () -> b.exec("ping", "-c1", "-W1", A));
      awaitOff(a, nodeA);
      assertThrows(IllegalStateException.class, () -> a.exec("ping", "-c1", "-W1", B));
      assertEquals(1, count(nodeA, "plaintext", "nodes"));

      nodeA.restart(ON);
      nodeB.awaitRoutes(A + " dev " + nodeB.device());
      nodeA.awaitRoutes(B + " dev " + nodeA.device());
      ping(a, B);
      ping(b, A);
    }
  }

  /** The old sessions on its device mean nothing: the other node has forgotten them. */
  @Test
  void switchedOnAgainWhileTheDeviceIsStillThereANodeIsVerifiedAnew(
      TestNamespace bridge, TestNamespace a, TestNamespace b) throws Exception {
    Fabric fabric = new Fabric(bridge);
    fabric.join(a, A);
    fabric.join(b, B);
    try (WatcherProcess nodeA = start(a, "a", ON);
        WatcherProcess nodeB = start(b, "b", ON)) {
      nodeA.awaitRoutes(B + " dev " + nodeA.device());
      nodeB.awaitRoutes(A + " dev " + nodeB.device());
      int index = nodeA.deviceIndex();
      nodeA.restart(OFF);
      nodeB.awaitRoutes("throw " + A);
      Fabric.block(a, B);
      Fabric.block(b, A);
      nodeA.restart(ON);
      nodeA.awaitPath("b", "UNVERIFIED");
      nodeA.awaitRoutes("throw " + B);
      ping(a, B);
      Fabric.unblock(a, B);
      Fabric.unblock(b, A);
      nodeA.awaitRoutes(B + " dev " + nodeA.device());
      nodeB.awaitRoutes(A + " dev " + nodeB.device());
      assertEquals("HANDSHAKE", nodeA.peer("b").orElseThrow().get("pathReason").getAsString());
      assertEquals(index, nodeA.deviceIndex());
      ping(a, B);
      ping(b, A);
    }
  }

  @Test
  void aPeerThatHasNotHeardIsStillUnderstood(TestNamespace bridge, TestNamespace a, TestNamespace b)
      throws Exception {
    Fabric fabric = new Fabric(bridge);
    fabric.join(a, A);
    fabric.join(b, B);
    try (WatcherProcess nodeA = start(a, "a", ON);
        WatcherProcess nodeB = start(b, "b", ON)) {
      nodeA.awaitRoutes(B + " dev " + nodeA.device());
      nodeB.awaitRoutes(A + " dev " + nodeB.device());
      nodeB.stop();
      nodeA.restart(OFF);
      nodeA.awaitRoutes("throw " + B);
      // For longer than it takes where the peer has heard.
      for (int second = 0; second < 7; second++) {
        b.exec("ping", "-c", "2", "-i", "0.5", "-W", "5", A);
      }
      assertTrue(hasDevice(a, nodeA));
      assertEquals("draining", nodeA.status().get("encryption").getAsString());
      nodeB.restart();
      nodeB.awaitRoutes("throw " + A);
      awaitOff(a, nodeA);
      ping(b, A);
    }
  }

  @Test
  void u63And64And65And66And67DisabledMakesNoDeviceAndRemovesOneThatIsLeft(
      TestNamespace bridge, TestNamespace a, TestNamespace b) throws Exception {
    Fabric fabric = new Fabric(bridge);
    fabric.join(a, A);
    fabric.join(b, B);
    try (WatcherProcess nodeA = start(a, "a", ON)) {
      nodeA.await("device", () -> hasDevice(a, nodeA));
      nodeA.await("record", () -> Files.exists(directory.resolve("peers/a.json")));
      nodeA.restart(OFF);
      awaitOff(a, nodeA);
      nodeA.await("status", () -> Files.exists(nodeA.stateDirectory().resolve("watcher.sock")));
      try (WatcherProcess nodeB = start(b, "b", ON)) {
        nodeB.awaitRoutes("throw " + A);
        nodeA.await("node b", () -> plaintextNodes(nodeA) == 1);
        // A watcher that runs puts its record back.
        nodeB.stop();
        Files.delete(directory.resolve("peers/b.json"));
        nodeA.await("end of node b", () -> plaintextNodes(nodeA) == 0);
      }
      assertFalse(hasDevice(a, nodeA));
      assertTrue(nodeA.routes().isBlank(), nodeA::routes);
      a.ip("link", "add", nodeA.device(), "type", "veth", "peer", "name", "other");
      nodeA.await("report", () -> !ready(nodeA));
      a.ip("link", "del", nodeA.device());
      nodeA.await("recovery", () -> ready(nodeA));
    }
  }

  private static int plaintextNodes(WatcherProcess watcher) {
    try {
      return count(watcher, "plaintext", "nodes");
    } catch (IOException | RuntimeException e) {
      return -1;
    }
  }

  private static String encryption(WatcherProcess watcher) {
    try {
      return watcher.status().get("encryption").getAsString();
    } catch (IOException e) {
      return "";
    }
  }

  private static boolean ready(WatcherProcess watcher) {
    try {
      return watcher.status().get("ready").getAsBoolean();
    } catch (IOException e) {
      return false;
    }
  }

  private static int refusedNodes(WatcherProcess watcher) {
    try {
      return count(watcher, "refused", "nodes");
    } catch (IOException e) {
      return -1;
    }
  }
}
