package dev.azwg.wg.watcher;

import static dev.azwg.wg.mesh.MeshFixtures.key;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import dev.azwg.netlink.testing.NamespaceExtension;
import dev.azwg.netlink.testing.TestNamespace;
import dev.azwg.wg.mesh.Drift;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Peers that somebody else has put on the device, and those that a predecessor of ours has. */
@Tag("network")
@ExtendWith(NamespaceExtension.class)
@Timeout(120)
class ForeignPeersNetworkTest {
  private static final String A = "10.240.0.4";
  private static final String B = "10.240.0.5";
  private static final String OTHER = key(99).toString();

  @TempDir private Path directory = Path.of("");

  private final TestNamespace bridge;
  private final TestNamespace a;
  private final TestNamespace b;
  private WatcherProcess nodeA;
  private WatcherProcess nodeB;

  @SuppressWarnings("NullAway.Init")
  ForeignPeersNetworkTest(TestNamespace bridge, TestNamespace a, TestNamespace b) {
    this.bridge = bridge;
    this.a = a;
    this.b = b;
  }

  @BeforeEach
  void connect() throws IOException {
    Fabric fabric = new Fabric(bridge);
    fabric.join(a, A);
    fabric.join(b, B);
    WatcherSetup setup = WatcherSetup.USUAL.resyncing(Duration.ofSeconds(1));
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

  private Path ownPeers() {
    return nodeA.stateDirectory().resolve("own-peers");
  }

  private String keyOfB() {
    return nodeA.peer("b").orElseThrow().get("publicKey").getAsString();
  }

  private int foreign() {
    try {
      JsonObject foreign = nodeA.status().getAsJsonObject("foreignPeers");
      return foreign == null ? 0 : foreign.get("count").getAsInt();
    } catch (IOException e) {
      return 0;
    }
  }

  private String allowedIps(String peer) {
    return nodeA
        .wg("show", "allowed-ips")
        .lines()
        .filter(line -> line.startsWith(peer + "\t"))
        .map(line -> line.substring(line.indexOf('\t') + 1))
        .findFirst()
        .orElse("no such peer");
  }

  private void restart() {
    nodeA.stop();
    nodeA.restart();
    nodeA.awaitPath("b", "VERIFIED");
  }

  @Test
  void aPeerOfOthersStaysAndIsReportedAlsoAfterARestart() throws Exception {
    nodeA.wg("set", "peer", OTHER, "allowed-ips", "10.99.0.1/32", "persistent-keepalive", "7");
    nodeA.await("report", () -> foreign() == 1);
    assertTrue(
        nodeA.status().getAsJsonObject("foreignPeers").get("keys").toString().contains(OTHER));
    restart();
    nodeA.await("report", () -> foreign() == 1);
    assertEquals("10.99.0.1/32", allowedIps(OTHER));
    // Even if what is ours has been forgotten, as with a version that did not remember it.
    nodeA.stop();
    Files.delete(ownPeers());
    nodeA.restart();
    nodeA.awaitPath("b", "VERIFIED");
    nodeA.await("report", () -> foreign() == 1);
    assertEquals("10.99.0.1/32", allowedIps(OTHER));
    assertTrue(nodeA.wg("show", "persistent-keepalive").contains(OTHER + "\t7"));
    assertEquals(0, nodeA.status().getAsJsonObject("drift").size());
    nodeA.wg("set", "peer", OTHER, "remove");
    nodeA.await("end of the report", () -> foreign() == 0);
  }

  @Test
  void anAddressOfOursIsTakenBackFromAPeerOfOthers() throws Exception {
    a.exec("ping", "-c", "1", "-W", "5", B);
    nodeA.wg("set", "peer", OTHER, "allowed-ips", B + "/32,10.99.0.1/32");
    nodeA.await("address at our peer", () -> allowedIps(keyOfB()).equals(B + "/32"));
    assertEquals("10.99.0.1/32", allowedIps(OTHER));
    nodeA.awaitDrift(Drift.Kind.ALLOWED_IPS, 1);
    a.exec("ping", "-c", "1", "-W", "5", B);
  }

  @Test
  void aPeerOfOursWhoseNodeWentWhileNobodyRanIsRemoved() throws Exception {
    String key = keyOfB();
    assertEquals("azwg own peers 1\n" + key + "\n", Files.readString(ownPeers()));
    assertEquals(
        "rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(ownPeers())));
    nodeB.stop();
    nodeA.stop();
    Files.delete(directory.resolve("peers/b.json"));
    nodeA.restart();
    nodeA.await("end of the peer", () -> nodeA.wg("show", "peers").isBlank());
    nodeA.await("end of the memory", () -> read(ownPeers()).equals("azwg own peers 1\n"));
    assertEquals(0, foreign());
  }

  @Test
  void whatAVersionWithoutMemoryLeftIsOursIfItsAddressesAreOfTheMesh() throws Exception {
    nodeA.stop();
    Files.delete(ownPeers());
    // The key that node b had before, say.
    nodeA.wg("set", "peer", OTHER, "allowed-ips", B + "/32");
    nodeA.restart();
    nodeA.await("end of the old key", () -> !nodeA.wg("show", "peers").contains(OTHER));
    nodeA.await("address at the new one", () -> allowedIps(keyOfB()).equals(B + "/32"));
    assertEquals(0, foreign());
  }

  @Test
  void aDamagedMemoryIsReplacedAndNoPeerIsLost() throws Exception {
    String content = Files.readString(ownPeers());
    nodeA.wg("set", "peer", OTHER, "allowed-ips", "10.99.0.1/32");
    nodeA.stop();
    Files.writeString(ownPeers(), content + OTHER.substring(3) + "\n");
    nodeA.restart();
    nodeA.await("memory", () -> read(ownPeers()).equals(content));
    nodeA.awaitPath("b", "VERIFIED");
    nodeA.await("report", () -> foreign() == 1);
    assertFalse(allowedIps(OTHER).equals("no such peer"));
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      return e.toString();
    }
  }
}
