package dev.azwg.wg.watcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.azwg.ipam.watcher.NodeFacts;
import dev.azwg.netlink.testing.NamespaceExtension;
import dev.azwg.netlink.testing.TestNamespace;
import dev.azwg.wg.host.RoutingPolicy;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Names and numbers are options, and nodes may differ in them. */
@Tag("network")
@ExtendWith(NamespaceExtension.class)
@Timeout(120)
class NumbersNetworkTest {
  private static final String A = "10.240.0.4";
  private static final String B = "10.240.0.5";

  private static final WatcherSetup OTHERS =
      WatcherSetup.USUAL.with(
          new WatcherSetup.Numbers("azu", 28150, new RoutingPolicy(7000, 100, 0x3000000), 1380));

  @TempDir private Path directory = Path.of("");

  private WatcherProcess start(TestNamespace namespace, String node, WatcherSetup setup)
      throws IOException {
    return WatcherProcess.start(namespace, node, directory, setup);
  }

  private void join(TestNamespace bridge, TestNamespace a, TestNamespace b) {
    Fabric fabric = new Fabric(bridge);
    fabric.join(a, A);
    fabric.join(b, B);
  }

  @Test
  void f04AfterUninstallingTheOldNamesAreGoneAndNewOnesAppear(
      TestNamespace bridge, TestNamespace a, TestNamespace b) throws Exception {
    join(bridge, a, b);
    try (WatcherProcess nodeA = start(a, "a", WatcherSetup.USUAL);
        WatcherProcess nodeB = start(b, "b", WatcherSetup.USUAL)) {
      nodeA.awaitRoutes(B + " dev " + nodeA.device());
      nodeB.awaitRoutes(A + " dev " + nodeB.device());
      String old = nodeA.device();
      nodeA.stop();
      CommandRun uninstall =
          CommandRun.in(
              a,
              "uninstall",
              "--root=" + directory.resolve("a"),
              "--device=" + old,
              "--node=a",
              "--datastore=directory:" + directory.resolve("peers"),
              "--wait=0s");
      assertEquals(0, uninstall.exitCode(), uninstall::toString);
      assertFalse(a.ip("link").contains(old));
      assertFalse(a.ip("rule").contains("51820"));
      assertTrue(nodeA.routes().isBlank(), nodeA::routes);

      nodeA.restart(OTHERS);
      nodeA.awaitRoutes(B + " dev " + nodeA.device());
      nodeB.awaitRoutes(A + " dev " + nodeB.device());
      assertTrue(a.ip("link", "show", nodeA.device()).contains("mtu 1380"));
      assertEquals("28150", a.exec("wg", "show", nodeA.device(), "listen-port").strip());
      assertEquals("0x3000000", a.exec("wg", "show", nodeA.device(), "fwmark").strip());
      String rules = a.ip("rule");
      assertTrue(
          rules.contains("100:\tnot from all fwmark 0x3000000/0x3000000 lookup 7000 proto 142"),
          rules);
      assertEquals(Optional.of(new NodeFacts(1380, 7000)), NodeFacts.read(nodeA.stateDirectory()));
      // The two nodes differ in every number.
      assertTrue(b.exec("wg", "show", nodeB.device(), "endpoints").contains(A + ":28150"));
      assertTrue(a.exec("wg", "show", nodeA.device(), "endpoints").contains(B + ":51820"));
      a.exec("ping", "-c", "1", "-W", "5", B);
      b.exec("ping", "-c", "1", "-W", "5", A);
    }
  }

  @Test
  void withoutUninstallingTheFormerTableAndRuleGoAndTheDeviceIsKept(
      TestNamespace bridge, TestNamespace a, TestNamespace b) throws Exception {
    join(bridge, a, b);
    try (WatcherProcess nodeA = start(a, "a", WatcherSetup.USUAL);
        WatcherProcess nodeB = start(b, "b", WatcherSetup.USUAL)) {
      nodeA.awaitRoutes(B + " dev " + nodeA.device());
      nodeB.awaitRoutes(A + " dev " + nodeB.device());
      int index = nodeA.deviceIndex();
      nodeA.restart(
          WatcherSetup.USUAL.with(
              new WatcherSetup.Numbers("azt", 51820, new RoutingPolicy(7000, 98, 0x1000000), 0)));
      nodeA.awaitRoutes(B + " dev " + nodeA.device());
      nodeA.await("end of the rule", () -> !a.ip("rule").contains("51820"));
      nodeA.await(
          "end of the routes",
          () -> a.exec("sh", "-c", "ip route show table 51820 2>/dev/null || true").isBlank());
      assertEquals(index, nodeA.deviceIndex());
      a.exec("ping", "-c", "1", "-W", "5", B);
    }
  }
}
