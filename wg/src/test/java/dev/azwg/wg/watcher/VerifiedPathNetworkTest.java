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
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A pair of nodes uses the tunnel once it has been shown to work, and not before. */
@Tag("network")
@ExtendWith(NamespaceExtension.class)
@Timeout(120)
class VerifiedPathNetworkTest {
  private static final String A = "10.240.0.4";
  private static final String B = "10.240.0.5";
  private static final String C = "10.240.0.6";

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

  @Test
  void aBlockedPortLeavesOnePairInTheClearUntilItOpensAndNoConnectionIsLost(
      TestNamespace bridge, TestNamespace a, TestNamespace b, TestNamespace c) throws Exception {
    Fabric fabric = new Fabric(bridge);
    fabric.join(a, A);
    fabric.join(b, B);
    fabric.join(c, C);
    Fabric.block(a, B);
    Fabric.block(b, A);
    try (WatcherProcess nodeA = start(a, "a", WatcherSetup.USUAL);
        WatcherProcess nodeB = start(b, "b", WatcherSetup.USUAL);
        WatcherProcess nodeC = start(c, "c", WatcherSetup.USUAL)) {
      nodeA.awaitRoutes(C + " dev " + nodeA.device());
      nodeC.awaitRoutes(A + " dev " + nodeC.device());
      nodeC.awaitRoutes(B + " dev " + nodeC.device());
      nodeA.awaitRoutes("throw " + B);
      nodeB.awaitRoutes("throw " + A);
      assertEquals("UNVERIFIED", nodeA.path("b"));
      assertEquals("VERIFIED", nodeA.path("c"));
      assertEquals(1, count(nodeA, "plaintext", "nodes"));
      assertEquals(1, count(nodeA, "encrypted", "nodes"));
      ping(a, B);
      ping(a, C);

      try (Conversation conversation = Conversation.between(a, b, B)) {
        conversation.exchange();
        Fabric.unblock(a, B);
        Fabric.unblock(b, A);
        nodeA.awaitRoutes(B + " dev " + nodeA.device());
        conversation.exchange();
        nodeB.awaitRoutes(A + " dev " + nodeB.device());
        conversation.exchange();
      }
      assertEquals("VERIFIED", nodeA.path("b"));
      assertEquals(0, count(nodeA, "plaintext", "nodes"));

      // Blocked once more, it stays in the tunnel.
      Fabric.block(a, B);
      Fabric.block(b, A);
      nodeA.stop();
      nodeA.restart();
      nodeA.awaitPath("b", "VERIFIED");
      assertEquals("ADOPTED", nodeA.peer("b").orElseThrow().get("pathReason").getAsString());
      nodeA.awaitRoutes(B + " dev " + nodeA.device());
    }
  }

  @Test
  void strictRefusesUntilTheHandshake(TestNamespace bridge, TestNamespace a, TestNamespace b)
      throws Exception {
    Fabric fabric = new Fabric(bridge);
    fabric.join(a, A);
    fabric.join(b, B);
    Fabric.block(a, B);
    Fabric.block(b, A);
    try (WatcherProcess nodeA = start(a, "a", WatcherSetup.STRICT);
        WatcherProcess nodeB = start(b, "b", WatcherSetup.STRICT)) {
      nodeA.awaitRoutes("unreachable " + B);
      nodeB.awaitRoutes("unreachable " + A);
      assertEquals(1, count(nodeA, "refused", "nodes"));
      assertThrows(IllegalStateException.class, () -> ping(a, B));
      Fabric.unblock(a, B);
      Fabric.unblock(b, A);
      nodeA.awaitRoutes(B + " dev " + nodeA.device());
      nodeB.awaitRoutes(A + " dev " + nodeB.device());
      ping(a, B);
    }
  }

  @Test
  void oneSideMaySwitchBeforeTheOther(TestNamespace bridge, TestNamespace a, TestNamespace b)
      throws Exception {
    Fabric fabric = new Fabric(bridge);
    fabric.join(a, A);
    fabric.join(b, B);
    Fabric.block(a, B);
    Fabric.block(b, A);
    try (WatcherProcess nodeA = start(a, "a", WatcherSetup.USUAL);
        WatcherProcess nodeB = start(b, "b", WatcherSetup.USUAL)) {
      nodeA.awaitRoutes("throw " + B);
      nodeB.awaitRoutes("throw " + A);
      // Its device goes on without it, its routes stay as they are.
      nodeB.stop();
      Fabric.unblock(a, B);
      Fabric.unblock(b, A);
      nodeA.awaitRoutes(B + " dev " + nodeA.device());
      assertTrue(nodeB.routes().contains("throw " + A), nodeB::routes);
      ping(a, B);
      ping(b, A);

      nodeB.restart();
      nodeB.awaitRoutes(A + " dev " + nodeB.device());
      ping(a, B);
      ping(b, A);
    }
  }

  @Test
  void aNodeThatReturnsWithANewKeyIsVerifiedAnewAndNobodyElse(
      TestNamespace bridge, TestNamespace a, TestNamespace b, TestNamespace c) throws Exception {
    Fabric fabric = new Fabric(bridge);
    fabric.join(a, A);
    fabric.join(b, B);
    fabric.join(c, C);
    try (WatcherProcess nodeA = start(a, "a", WatcherSetup.USUAL);
        WatcherProcess nodeB = start(b, "b", WatcherSetup.USUAL);
        WatcherProcess nodeC = start(c, "c", WatcherSetup.USUAL)) {
      nodeA.awaitPath("b", "VERIFIED");
      nodeA.awaitPath("c", "VERIFIED");
      nodeC.awaitPath("a", "VERIFIED");
      JsonObject before = nodeA.peer("c").orElseThrow();

      nodeB.stop();
      b.ip("link", "del", nodeB.device());
      Files.delete(directory.resolve("b/var/lib/azwg/private.key"));
      Instant restarted = Instant.now();
      nodeB.restart();
      String old = nodeA.peer("b").orElseThrow().get("publicKey").getAsString();
      nodeA.await(
          "new key",
          () ->
              !nodeA
                  .peer("b")
                  .map(it -> it.get("publicKey").getAsString())
                  .equals(Optional.of(old)));
      nodeA.awaitPath("b", "VERIFIED");
      JsonObject path = nodeA.peer("b").orElseThrow();
      Instant verified = Instant.parse(path.get("pathSince").getAsString());
      Instant published =
          Instant.parse(
              JsonParser.parseString(Files.readString(directory.resolve("peers/b.json")))
                  .getAsJsonObject()
                  .get("keySince")
                  .getAsString());
      assertTrue(verified.isAfter(restarted));
      Duration took = Duration.between(published, verified);
      assertTrue(took.compareTo(Duration.ofSeconds(1)) < 0, "it took " + took);
      assertEquals("HANDSHAKE", path.get("pathReason").getAsString());
      nodeB.awaitPath("a", "VERIFIED");
      ping(a, B);
      ping(b, A);

      JsonObject after = nodeA.peer("c").orElseThrow();
      assertEquals(before.get("pathSince"), after.get("pathSince"), "c was not concerned");
      assertFalse(Objects.equals(old, path.get("publicKey").getAsString()));
    }
  }

  @Test
  void whereItIsAllowedASilentPeerIsReachedInTheClearUntilItIsBack(
      TestNamespace bridge, TestNamespace a, TestNamespace b) throws Exception {
    Fabric fabric = new Fabric(bridge);
    fabric.join(a, A);
    fabric.join(b, B);
    WatcherSetup falling =
        WatcherSetup.USUAL.with(
            new PathPolicy(
                true,
                Duration.ofSeconds(1),
                Duration.ofMillis(300),
                Duration.ofSeconds(4),
                Duration.ofSeconds(240),
                Duration.ofSeconds(2)));
    try (WatcherProcess nodeA = start(a, "a", falling);
        WatcherProcess nodeB = start(b, "b", falling)) {
      nodeA.awaitRoutes(B + " dev " + nodeA.device());
      nodeB.awaitRoutes(A + " dev " + nodeB.device());
      nodeB.stop();
      b.ip("link", "del", nodeB.device());
      assertThrows(IllegalStateException.class, () -> a.exec("ping", "-c1", "-W1", B));
      nodeA.awaitRoutes("throw " + B);
      assertEquals("FALLBACK", nodeA.path("b"));
      assertEquals(1, count(nodeA, "plaintext", "nodes"));
      ping(a, B);

      nodeB.restart();
      nodeA.awaitRoutes(B + " dev " + nodeA.device());
      nodeB.awaitRoutes(A + " dev " + nodeB.device());
      ping(a, B);
    }
  }
}
