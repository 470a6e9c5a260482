package dev.azwg.wg.watcher;

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
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What the kernel tells of is repaired within a second, while two nodes talk. */
@Tag("network")
@ExtendWith(NamespaceExtension.class)
@Timeout(120)
class DriftNetworkTest {
  private static final String A = "10.240.0.4";
  private static final String B = "10.240.0.5";
  private static final Duration SOON = Duration.ofSeconds(1);

  @TempDir private Path directory = Path.of("");

  private final TestNamespace bridge;
  private final TestNamespace a;
  private final TestNamespace b;
  private WatcherProcess nodeA;
  private WatcherProcess nodeB;

  @SuppressWarnings("NullAway.Init")
  DriftNetworkTest(TestNamespace bridge, TestNamespace a, TestNamespace b) {
    this.bridge = bridge;
    this.a = a;
    this.b = b;
  }

  @BeforeEach
  void connect() throws IOException {
    Fabric fabric = new Fabric(bridge);
    fabric.join(a, A);
    fabric.join(b, B);
    // Strict: while something is broken nothing may leave in the clear.
    nodeA = WatcherProcess.start(a, "a", directory, WatcherSetup.STRICT);
    nodeB = WatcherProcess.start(b, "b", directory, WatcherSetup.STRICT);
    nodeA.awaitRoutes(toB());
    nodeB.awaitRoutes(A + " dev " + nodeB.device());
    ping();
  }

  @AfterEach
  void stop() {
    nodeB.close();
    nodeA.close();
  }

  private String toB() {
    return B + " dev " + nodeA.device();
  }

  private void ping() {
    a.exec("ping", "-c", "1", "-W", "5", B);
  }

  private static void assertSoon(Duration took) {
    assertTrue(took.compareTo(SOON) < 0, () -> "it took " + took);
  }

  /** That, and nothing else. */
  private void assertDrift(Drift.Kind kind, long count) throws IOException {
    nodeA.awaitDrift(kind, count);
    JsonObject all = nodeA.status().getAsJsonObject("drift");
    assertEquals(Set.of(kind.name()), all.keySet(), all::toString);
    assertEquals(0, nodeB.status().getAsJsonObject("drift").size());
  }

  private boolean hasRule() {
    return a.ip("rule")
        .contains("99:\tnot from all fwmark 0x100000/0x100000 lookup 51820 proto 142");
  }

  @Test
  void u15ADeletedRuleIsBackWithinASecond() throws Exception {
    assertSoon(
        nodeA.repairs(Drift.Kind.RULE, () -> a.ip("rule", "del", "prio", "99"), this::hasRule));
    ping();
    assertDrift(Drift.Kind.RULE, 1);
  }

  @Test
  void u09WrongRulesThatLookUpOurTableGoAndRulesOfOthersStay() throws Exception {
    a.ip("rule", "add", "prio", "60", "lookup", "77", "protocol", "static");
    assertSoon(
        nodeA.repairs(
            Drift.Kind.RULE,
            () -> a.ip("rule", "add", "prio", "99", "lookup", "51820"),
            () -> !a.ip("rule").contains("99:\tfrom all lookup 51820")));
    assertSoon(
        nodeA.repairs(
            Drift.Kind.RULE,
            () -> a.ip("rule", "add", "prio", "50", "from", "10.9.0.0/16", "lookup", "51820"),
            () -> !a.ip("rule").contains("10.9.0.0/16")));
    nodeA.await("our rule", this::hasRule);
    nodeA.await("end of the stand-in", () -> !a.ip("rule").contains("100:"));
    assertTrue(a.ip("rule").contains("60:\tfrom all lookup 77"), () -> a.ip("rule"));
    ping();
    assertDrift(Drift.Kind.RULE, 2);
  }

  @Test
  void u16AModifiedRuleIsPutRight() throws Exception {
    // Without "not" it leads encrypted packets into the tunnel and all others past it.
    String batch =
        "rule del prio 99\n"
            + "rule add prio 99 fwmark 0x100000/0x100000 lookup 51820 protocol 142\n";
    Path file = Files.writeString(directory.resolve("batch"), batch);
    assertSoon(
        nodeA.repairs(
            Drift.Kind.RULE,
            () -> a.exec("sh", "-c", "ip -force -batch " + file + " || true"),
            () ->
                hasRule() && a.ip("rule").lines().filter(it -> it.contains("51820")).count() == 1));
    ping();
    assertTrue(nodeA.drift(Drift.Kind.RULE) > 0);
  }

  @Test
  void aRouteThatIsDeletedOrChangedInAnyWayIsBack() throws Exception {
    String[][] changes = {
      {"del", B},
      {"replace", "throw", B, "proto", "142"},
      {"replace", B, "dev", "eth0", "proto", "142"},
      {"replace", B, "dev", "eth0", "proto", "static"},
      {"prepend", B, "dev", "eth0", "proto", "static"},
    };
    int count = 0;
    for (String[] change : changes) {
      String[] command = new String[change.length + 3];
      command[0] = "route";
      System.arraycopy(change, 0, command, 1, change.length);
      command[change.length + 1] = "table";
      command[change.length + 2] = "51820";
      assertSoon(
          nodeA.repairs(
              Drift.Kind.ROUTE,
              () -> a.ip(command),
              () -> nodeA.routes().contains(toB()) && !nodeA.routes().contains("eth0")));
      ping();
      assertDrift(Drift.Kind.ROUTE, ++count);
    }
  }

  @Test
  void routesOfOthersInOurTableStay() throws Exception {
    a.ip("route", "add", "10.77.0.0/16", "dev", "eth0", "table", "51820", "proto", "static");
    a.ip("route", "add", B, "dev", "eth0", "metric", "500", "table", "51820", "proto", "static");
    a.ip("route", "del", B, "dev", nodeA.device(), "table", "51820");
    nodeA.awaitRoutes(toB());
    a.ip("link", "set", nodeA.device(), "mtu", "1300");
    nodeA.awaitDrift(Drift.Kind.DEVICE_MTU, 1);
    assertTrue(nodeA.routes().contains("10.77.0.0/16 dev eth0 proto static"), nodeA::routes);
    assertTrue(nodeA.routes().contains(B + " dev eth0 proto static"), nodeA::routes);
    assertEquals(1, nodeA.drift(Drift.Kind.ROUTE));
    ping();
  }

  @Test
  void theDeviceIsUpAgain() throws Exception {
    assertSoon(
        nodeA.repairs(
            Drift.Kind.DEVICE_DOWN,
            () -> a.ip("link", "set", nodeA.device(), "down"),
            () -> nodeA.routes().contains(toB())));
    ping();
    assertDrift(Drift.Kind.DEVICE_DOWN, 1);
  }

  @Test
  void theDeviceHasItsMtuAgain() throws Exception {
    assertSoon(
        nodeA.repairs(
            Drift.Kind.DEVICE_MTU,
            () -> a.ip("link", "set", nodeA.device(), "mtu", "1200"),
            () -> a.ip("link", "show", nodeA.device()).contains("mtu 1340")));
    assertDrift(Drift.Kind.DEVICE_MTU, 1);
  }

  @Test
  void theDeviceHasItsNameAgain() throws Exception {
    int index = nodeA.deviceIndex();
    assertSoon(
        nodeA.repairs(
            Drift.Kind.DEVICE_RENAMED,
            () -> a.ip("link", "set", nodeA.device(), "name", "other"),
            () -> a.ip("-o", "link").contains(nodeA.device() + ":")));
    nodeA.awaitRoutes(toB());
    assertEquals(index, nodeA.deviceIndex(), "the device was made anew");
    ping();
    assertDrift(Drift.Kind.DEVICE_RENAMED, 1);
  }

  @Test
  void theDeviceHasItsAddressesAgainAndNoOthers() throws Exception {
    assertSoon(
        nodeA.repairs(
            Drift.Kind.DEVICE_ADDRESS,
            () -> a.ip("addr", "del", A + "/32", "dev", nodeA.device()),
            () -> a.ip("addr", "show", nodeA.device()).contains(A + "/32")));
    assertDrift(Drift.Kind.DEVICE_ADDRESS, 1);
    assertSoon(
        nodeA.repairs(
            Drift.Kind.DEVICE_ADDRESS,
            () -> a.ip("addr", "add", "10.66.0.1/24", "dev", nodeA.device()),
            () -> !a.ip("addr", "show", nodeA.device()).contains("10.66.0.1")));
    ping();
    assertDrift(Drift.Kind.DEVICE_ADDRESS, 2);
  }

  @Test
  void aDeletedDeviceHealsByItselfWithItsKeyAndNothingLeavesInTheClear() throws Exception {
    a.exec(
        "nft",
        "add table ip test; add chain ip test out"
            + " { type filter hook postrouting priority 0; };"
            + " add rule ip test out oifname eth0 ip protocol icmp counter");
    String key = nodeA.wg("show", "public-key");
    long start = System.nanoTime();
    a.ip("link", "del", nodeA.device());
    // Refused at once while there is no tunnel.
    a.exec("timeout", "10", "sh", "-c", "until ping -c 1 -W 1 " + B + "; do sleep 0.02; done");
    Duration took = Duration.ofNanos(System.nanoTime() - start);
    System.err.printf("a: device deleted, ping answered after %d ms%n", took.toMillis());
    assertTrue(took.compareTo(Duration.ofMillis(1500)) < 0, "it took " + took);
    nodeA.awaitRoutes(toB());
    assertEquals(key, nodeA.wg("show", "public-key"));
    assertEquals("VERIFIED", nodeA.path("b"));
    assertEquals("VERIFIED", nodeB.path("a"));
    String counted = a.exec("nft", "list", "table", "ip", "test");
    assertTrue(counted.contains("counter packets 0 "), counted);
    b.exec("ping", "-c", "1", "-W", "5", A);
    assertDrift(Drift.Kind.DEVICE_DELETED, 1);
    assertFalse(nodeA.routes().contains("throw"), nodeA::routes);
  }

  @Test
  void u22ADeletedRecordOfOursIsPublishedAgain() throws Exception {
    Path record = directory.resolve("peers/a.json");
    String before = Files.readString(record);
    long start = System.nanoTime();
    Files.delete(record);
    nodeA.await("record", () -> Files.exists(record));
    assertSoon(Duration.ofNanos(System.nanoTime() - start));
    assertEquals(before, Files.readString(record));
    nodeB.awaitRoutes(A + " dev " + nodeB.device());
    assertEquals(0, nodeA.status().getAsJsonObject("drift").size());
  }
}
