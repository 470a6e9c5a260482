package dev.azwg.wg.watcher;

import static dev.azwg.wg.watcher.PlayedNode.now;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.azwg.netlink.libc.JnaLibc;
import dev.azwg.netlink.testing.NamespaceExtension;
import dev.azwg.netlink.testing.TestNamespace;
import dev.azwg.wg.key.KernelRandom;
import dev.azwg.wg.key.KeyFile;
import dev.azwg.wg.key.PrivateKey;
import dev.azwg.wg.mesh.MeshFixtures;
import dev.azwg.wg.mesh.PeerRecord;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** How one node begins, and what disturbs it afterwards. */
@Tag("network")
@ExtendWith(NamespaceExtension.class)
@Timeout(120)
class StartScenariosNetworkTest {
  private static final String A = "10.240.0.4";
  private static final String B = "10.240.0.5";

  @TempDir private Path directory = Path.of("");

  private WatcherProcess prepare(TestNamespace namespace) throws IOException {
    return WatcherProcess.prepare(namespace, "a", directory, WatcherSetup.USUAL);
  }

  private Path record() {
    return directory.resolve("peers/a.json");
  }

  private JsonObject published() {
    try {
      return JsonParser.parseString(Files.readString(record())).getAsJsonObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void nic(TestNamespace namespace) {
    namespace.ip("link", "add", "eth0", "type", "veth", "peer", "name", "other");
    namespace.ip("link", "set", "eth0", "up");
    namespace.ip("link", "set", "other", "up");
  }

  private static void address(TestNamespace namespace) {
    namespace.ip("addr", "add", A + "/16", "dev", "eth0");
  }

  private static boolean hasAddress(TestNamespace namespace, WatcherProcess node) {
    return namespace
        .exec("sh", "-c", "ip -o addr show dev " + node.device() + " 2>/dev/null || true")
        .contains(A + "/32");
  }

  @Test
  void u02And07And08And52TheRuleComesLastAndTheTunnelIsUsedAfterAHandshake(
      TestNamespace bridge, TestNamespace a, TestNamespace b) throws Exception {
    Fabric fabric = new Fabric(bridge);
    fabric.join(a, A);
    fabric.join(b, B);
    try (PlayedNode peer = new PlayedNode(b, "b", B, directory);
        KernelWrites writes = KernelWrites.of(a);
        WatcherProcess node = prepare(a)) {
      String key = ownKey();
      peer.accept(key);
      peer.publish(now());
      node.restart();
      node.awaitTable(Map.of(B, node.device()));
      assertEquals(
          List.of("up", "throw " + B, "rule 99", "unicast " + B), writes.all(node.device()));
      assertEquals(0, node.status().get("failures").getAsInt());
      assertFalse(a.exec("wg", "show", node.device(), "latest-handshakes").endsWith("\t0\n"));
      String[] device =
          a.exec("wg", "show", node.device(), "dump").lines().findFirst().orElseThrow().split("\t");
      assertEquals(List.of(key, "51820", "0x100000"), List.of(device).subList(1, 4));
    }
  }

  /** The key that the node is going to have. */
  private String ownKey() throws IOException {
    Path file = new StatePaths(directory.resolve("a")).privateKey();
    Files.createDirectories(file.resolveSibling("."));
    try (PrivateKey key = new KeyFile(file, new KernelRandom(new JnaLibc())).loadOrCreate()) {
      return key.publicKey().toString();
    }
  }

  @Test
  void u03And04ADeviceThatIsSetDownComesUpAgainAndKeepsAllItHas(
      TestNamespace bridge, TestNamespace a, TestNamespace b) throws Exception {
    Fabric fabric = new Fabric(bridge);
    fabric.join(a, A);
    fabric.join(b, B);
    try (PlayedNode peer = new PlayedNode(b, "b", B, directory);
        WatcherProcess node = prepare(a)) {
      String key = ownKey();
      peer.accept(key);
      peer.publish(now("10.240.2.10"));
      node.restart();
      Map<String, String> table = Map.of(B, node.device(), "10.240.2.10", node.device());
      node.awaitTable(table);
      AllowedIps allowed = AllowedIps.of(a, node.device());
      int index = node.deviceIndex();

      a.ip("link", "set", node.device(), "down");
      node.await("device", () -> a.ip("link", "show", node.device()).contains(",UP"));
      node.awaitTable(table);
      assertEquals(allowed, AllowedIps.of(a, node.device()));
      assertEquals(key, a.exec("wg", "show", node.device(), "public-key").strip());
      assertEquals(index, node.deviceIndex());
      assertEquals("VERIFIED", node.path("b"));
      assertTrue(hasAddress(a, node));
    }
  }

  @Test
  void u05AndU06WhatLinksOfLikeNameDoIsNoMatterAndARecordIsPublishedOnceItCanBe(TestNamespace a)
      throws Exception {
    nic(a);
    address(a);
    // Nothing can be renamed over a folder that is not empty.
    Path inTheWay = Files.createDirectories(record().resolve("x"));
    try (WatcherProcess node = WatcherProcess.start(a, "a", directory)) {
      node.await("failure", () -> node.log().contains("reconciliation failed"));
      node.await("device", () -> hasAddress(a, node));
      assertFalse(node.status().get("ready").getAsBoolean());
      assertTrue(node.status().get("reason").getAsString().contains("a.json"), () -> node.log());
      Files.delete(inTheWay);
      Files.delete(record());
      node.await("record", () -> Files.isRegularFile(record()));
      node.await("ready", () -> isReady(node));

      long before = changesOfKernelState(node);
      String other = node.device() + "x";
      a.ip("link", "add", other, "type", "veth", "peer", "name", "like");
      a.ip("link", "set", other, "up");
      a.ip("addr", "add", "10.9.9.9/24", "dev", other);
      a.ip("link", "set", other, "down");
      a.ip("link", "del", other);
      assertEquals(before, changesOfKernelState(node));
      // Notifications come in order: when this one has been dealt with, so have those before.
      a.ip("rule", "del", "prio", "99");
      node.await("rule", () -> a.ip("rule").contains("lookup 51820"));
      assertEquals(before + 1, changesOfKernelState(node));
    }
  }

  private static boolean isReady(WatcherProcess node) {
    try {
      return node.status().get("ready").getAsBoolean();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static long changesOfKernelState(WatcherProcess node) {
    return node.log().lines().filter(line -> line.contains("kernel state changed")).count();
  }

  @Test
  void u10To12AKeyThatIsNotTheDevicesIsPublishedAnewAndOneThatIsIsNot(TestNamespace a)
      throws Exception {
    nic(a);
    address(a);
    Files.createDirectories(directory.resolve("peers"));
    PeerRecord stale = MeshFixtures.node("a", 9, A);
    PlayedNode.write(record(), stale);
    try (WatcherProcess node = WatcherProcess.start(a, "a", directory)) {
      node.await(
          "own key",
          () -> !published().get("publicKey").getAsString().equals("" + MeshFixtures.key(9)));
      assertEquals(
          a.exec("wg", "show", node.device(), "public-key").strip(),
          published().get("publicKey").getAsString());
      assertTrue(hasAddress(a, node));

      node.await("ready", () -> isReady(node));
      Object written = Files.readAttributes(record(), "unix:ino,lastModifiedTime");
      node.stop();
      node.restart();
      node.await("second start", () -> Files.exists(node.stateDirectory().resolve("watcher.sock")));
      node.await("ready", () -> isReady(node));
      assertEquals(written, Files.readAttributes(record(), "unix:ino,lastModifiedTime"));
    }
  }

  @Test
  void u13TheNodesAddressMayComeAfterTheDaemon(TestNamespace a) throws Exception {
    nic(a);
    try (WatcherProcess node = WatcherProcess.start(a, "a", directory)) {
      node.await("failure", () -> node.log().contains("has no address that a peer could send to"));
      assertFalse(Files.exists(record()), "a node without an address is no peer for anybody");
      address(a);
      node.await("address", () -> hasAddress(a, node));
      node.await("record", () -> Files.exists(record()));
      assertEquals(A, published().getAsJsonArray("nodeAddresses").get(0).getAsString());
    }
  }
}
