package dev.azwg.wg.watcher;

import static dev.azwg.wg.mesh.MeshFixtures.prefix;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import dev.azwg.ipam.ledger.Attachment;
import dev.azwg.ipam.ledger.AttachmentKey;
import dev.azwg.ipam.ledger.Ledger;
import dev.azwg.ipam.watcher.NodeFacts;
import dev.azwg.ipam.watcher.PublishOutcome;
import dev.azwg.ipam.watcher.WatcherClient;
import dev.azwg.netlink.testing.NamespaceExtension;
import dev.azwg.netlink.testing.TestNamespace;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Two whole watchers on userspace WireGuard, each in a network namespace of its own. */
@Tag("network")
@ExtendWith(NamespaceExtension.class)
@Timeout(120)
class WatcherNetworkTest {
  private static final AttachmentKey POD = new AttachmentKey("c0ffee", "eth0");

  @TempDir private Path directory = Path.of("");

  private static void connect(TestNamespace a, TestNamespace b) {
    a.ip("link", "add", "eth0", "type", "veth", "peer", "name", "eth0", "netns", b.name());
    a.ip("addr", "add", "10.240.0.4/16", "dev", "eth0");
    b.ip("addr", "add", "10.240.0.5/16", "dev", "eth0");
    a.ip("link", "set", "eth0", "up");
    b.ip("link", "set", "eth0", "up");
  }

  private WatcherProcess start(TestNamespace namespace, String node) throws IOException {
    return WatcherProcess.start(namespace, node, directory);
  }

  private static Attachment attachment(String address) {
    return new Attachment(
        POD, "/run/netns/pod", "azure", List.of(prefix(address)), Optional.empty(), Instant.now());
  }

  @Test
  void podsOfOneNodeAreRoutedByTheOtherAndGoAwayAgain(TestNamespace a, TestNamespace b)
      throws Exception {
    connect(a, b);
    try (WatcherProcess nodeA = start(a, "a");
        WatcherProcess nodeB = start(b, "b")) {
      nodeA.awaitRoutes("10.240.0.5 dev " + nodeA.device());
      nodeB.awaitRoutes("10.240.0.4 dev " + nodeB.device());
      a.exec("ping", "-c", "1", "-W", "5", "10.240.0.5");

      Ledger ledger = new Ledger(nodeA.stateDirectory());
      WatcherClient client = new WatcherClient(nodeA.stateDirectory());
      ledger.write(attachment("10.240.1.10"));
      assertInstanceOf(PublishOutcome.Published.class, client.changed(POD, Duration.ofSeconds(10)));
      nodeA.awaitRoutes("throw 10.240.1.10");
      nodeB.awaitRoutes("10.240.1.10 dev " + nodeB.device());

      assertTrue(ledger.remove(POD));
      assertInstanceOf(PublishOutcome.Published.class, client.changed(POD, Duration.ofSeconds(10)));
      nodeB.awaitNoRoute("10.240.1.10");
      nodeA.awaitNoRoute("10.240.1.10");

      JsonObject status = client.status(Duration.ofSeconds(10));
      assertTrue(status.get("ready").getAsBoolean(), status::toString);
      assertEquals(1, status.getAsJsonArray("peers").size());
      assertEquals(Optional.of(new NodeFacts(1340, 51820)), NodeFacts.read(nodeA.stateDirectory()));
    }
  }

  @Test
  void thePluginIsKeptInTheListFromWhenTheNodeIsReady(TestNamespace a) throws Exception {
    a.ip("link", "add", "eth0", "type", "veth", "peer", "name", "other");
    a.ip("addr", "add", "10.240.0.4/16", "dev", "eth0");
    a.ip("link", "set", "eth0", "up");
    String azures =
        "{\"cniVersion\":\"0.3.0\",\"name\":\"azure\",\"plugins\":"
            + "[{\"type\":\"azure-vnet\",\"mode\":\"transparent\"}]}";
    Path list = directory.resolve("net.d/10-azure.conflist");
    try (WatcherProcess nodeA = start(a, "a")) {
      Path plugin = Files.createDirectories(directory.resolve("bin")).resolve("azwg");
      Files.copy(Path.of("/bin/true"), plugin);
      Files.createDirectories(list.resolveSibling("."));
      renameInto(list, azures);
      nodeA.await("entry", () -> read(list).contains("\"azwg\""));
      assertTrue(read(list).contains(nodeA.stateDirectory().toString()), read(list));

      long rewritten = System.nanoTime();
      renameInto(list, azures);
      nodeA.await("entry after a rewrite", () -> read(list).contains("\"azwg\""));
      Duration took = Duration.ofNanos(System.nanoTime() - rewritten);
      assertTrue(took.compareTo(Duration.ofSeconds(1)) < 0, "it took " + took);

      // The keeper counts after it has written.
      nodeA.await("second insertion", () -> insertions(nodeA) == 2);
      JsonObject conflist = nodeA.status().getAsJsonObject("conflist");
      assertEquals("KEPT", conflist.get("state").getAsString(), conflist::toString);
    }
    assertTrue(read(list).contains("\"azwg\""), "a watcher that stops leaves the entry");
  }

  private static int insertions(WatcherProcess node) {
    try {
      return node.status().getAsJsonObject("conflist").get("insertions").getAsInt();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void renameInto(Path target, String content) throws IOException {
    Path next = target.resolveSibling("next.tmp");
    Files.writeString(next, content);
    Files.move(next, target, StandardCopyOption.ATOMIC_MOVE);
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Such as one that started before azwg was installed. */
  @Test
  void aPodThatThePluginWasNotCalledForIsFoundByItsRoute(TestNamespace a, TestNamespace b)
      throws Exception {
    connect(a, b);
    try (WatcherProcess nodeA = start(a, "a");
        WatcherProcess nodeB = start(b, "b")) {
      nodeB.awaitRoutes("10.240.0.4 dev " + nodeB.device());
      a.ip("link", "add", "azv12345678901", "type", "veth", "peer", "name", "pod");
      a.ip("link", "set", "azv12345678901", "up");
      a.ip("link", "set", "pod", "up");
      a.ip("route", "add", "10.240.1.10/32", "dev", "azv12345678901", "proto", "static");
      nodeB.awaitRoutes("10.240.1.10 dev " + nodeB.device());
      nodeA.awaitRoutes("throw 10.240.1.10");

      nodeA.stop();
      nodeA.restart();
      nodeA.await("api", () -> Files.exists(nodeA.stateDirectory().resolve("watcher.sock")));
      nodeB.awaitRoutes("10.240.1.10 dev " + nodeB.device());

      a.ip("link", "del", "azv12345678901");
      nodeB.awaitNoRoute("10.240.1.10");
      nodeA.awaitNoRoute("10.240.1.10");
    }
  }

  @Test
  void driftOfRulesRoutesAndDeviceIsRepaired(TestNamespace a, TestNamespace b) throws Exception {
    connect(a, b);
    try (WatcherProcess nodeA = start(a, "a");
        WatcherProcess nodeB = start(b, "b")) {
      String route = "10.240.0.5 dev " + nodeA.device();
      nodeA.awaitRoutes(route);
      nodeB.awaitRoutes("10.240.0.4 dev " + nodeB.device());

      a.ip("route", "del", "10.240.0.5", "table", "51820");
      nodeA.awaitRoutes(route);
      a.ip("rule", "del", "prio", "99");
      nodeA.await("rule", () -> a.ip("rule").contains("lookup 51820"));
      a.ip("link", "set", nodeA.device(), "mtu", "1200");
      nodeA.await("mtu", () -> a.ip("link", "show", nodeA.device()).contains("mtu 1340"));
      a.ip("link", "set", nodeA.device(), "down");
      nodeA.awaitRoutes(route);
      a.ip("link", "set", "eth0", "mtu", "1390");
      nodeA.await("mtu", () -> a.ip("link", "show", nodeA.device()).contains("mtu 1330"));
      a.ip("link", "del", nodeA.device());
      nodeA.awaitRoutes(route);
      a.exec("ping", "-c", "1", "-W", "10", "10.240.0.5");
    }
  }

  @Test
  void aWatcherThatStopsLeavesTheMeshAndTheNextOneAdoptsIt(TestNamespace a, TestNamespace b)
      throws Exception {
    connect(a, b);
    try (WatcherProcess nodeB = start(b, "b")) {
      String key;
      try (WatcherProcess nodeA = start(a, "a")) {
        nodeA.awaitRoutes("10.240.0.5 dev " + nodeA.device());
        nodeB.awaitRoutes("10.240.0.4 dev " + nodeB.device());
        key = Files.readString(directory.resolve("peers/a.json"));
        nodeA.stop();
        assertFalse(Files.exists(nodeA.stateDirectory().resolve("watcher.sock")));
        a.exec("ping", "-c", "1", "-W", "5", "10.240.0.5");
        new Ledger(nodeA.stateDirectory()).write(attachment("10.240.1.10"));
        int index = nodeA.deviceIndex();
        nodeA.restart();
        nodeB.awaitRoutes("10.240.1.10 dev " + nodeB.device());
        assertEquals(index, nodeA.deviceIndex(), "the device was made anew");
      }
      String published = Files.readString(directory.resolve("peers/a.json"));
      String until = "\"endpoints\"";
      assertEquals(
          key.substring(0, key.indexOf(until)),
          published.substring(0, published.indexOf(until)),
          "key and its date changed");
    }
  }
}
