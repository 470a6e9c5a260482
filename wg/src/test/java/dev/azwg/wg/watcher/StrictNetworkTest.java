package dev.azwg.wg.watcher;

import static dev.azwg.wg.mesh.MeshFixtures.prefix;
import static dev.azwg.wg.watcher.Cluster.nodeAddress;
import static dev.azwg.wg.watcher.Cluster.podAddress;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import dev.azwg.netlink.testing.NamespaceExtension;
import dev.azwg.netlink.testing.TestNamespace;
import dev.azwg.wg.watcher.Cluster.Families;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** In strict mode nothing leaves in the clear and nothing is taken in the clear. */
@Tag("network")
@ExtendWith(NamespaceExtension.class)
@Timeout(120)
class StrictNetworkTest {
  private static final String OUTSIDE = "10.240.0.200";
  private static final String NOBODYS = "10.240.9.9";

  @TempDir private Path directory = Path.of("");

  private Cluster cluster(WatcherSetup setup, TestNamespace... places) throws IOException {
    return new Cluster(setup, directory, Families.IPV4, Families.IPV4, places);
  }

  private static long packets(WatcherProcess watcher, String counter) throws IOException {
    JsonObject filter = watcher.status().getAsJsonObject("packetFilter");
    return filter.getAsJsonObject(counter).get("packets").getAsLong();
  }

  private static long packets(TestNamespace node, String counter) {
    String shown = node.exec("nft", "list", "counter", "inet", "azwg", counter);
    return Long.parseLong(shown.replaceFirst("(?s).*packets (\\d+) .*", "$1"));
  }

  private static void isRefused(TestNamespace from, String to) {
    assertThrows(IllegalStateException.class, () -> from.exec("ping", "-c1", "-W1", to));
  }

  /** Node 1 forgets how to encrypt, and sends as if there were no azwg. */
  private static void loseTheTunnel(Cluster cluster) {
    cluster.watcher(1).stop();
    cluster.node(1).exec("sh", "-c", "ip rule del pref 99; nft delete table inet azwg");
  }

  @Test
  void plaintextOfPeersIsRefusedAndCounted(
      TestNamespace between,
      TestNamespace a,
      TestNamespace podA,
      TestNamespace b,
      TestNamespace podB)
      throws Exception {
    try (Cluster cluster = cluster(WatcherSetup.STRICT, between, a, podA, b, podB)) {
      assertEquals(0, cluster.pings(podA, podAddress(1)));
      assertEquals(0, cluster.pings(a, nodeAddress(1)));
      assertEquals(0, packets(cluster.watcher(0), "refusedIn"));
      loseTheTunnel(cluster);
      long clear = cluster.fabric().clear();
      isRefused(podB, podAddress(0));
      isRefused(b, nodeAddress(0));
      isRefused(b, podAddress(0));
      assertEquals(clear + 3, cluster.fabric().clear(), "node b sends in the clear");
      assertEquals(3, packets(cluster.watcher(0), "refusedIn"));
    }
  }

  @Test
  void outsideHostScopePlaintextForPodsIsRefusedAndForNodesIsNot(
      TestNamespace between,
      TestNamespace a,
      TestNamespace podA,
      TestNamespace b,
      TestNamespace podB)
      throws Exception {
    try (Cluster cluster =
        cluster(WatcherSetup.STRICT.withHostScope(false), between, a, podA, b, podB)) {
      assertEquals(0, cluster.pings(podA, podAddress(1)));
      assertTrue(cluster.pings(a, podAddress(1)) >= 10);
      assertTrue(cluster.pings(podA, nodeAddress(1)) >= 10);
      assertTrue(cluster.pings(a, nodeAddress(1)) >= 10);
      loseTheTunnel(cluster);
      isRefused(podB, podAddress(0));
      assertEquals(1, packets(cluster.watcher(0), "refusedIn"));
    }
  }

  @Test
  void withoutItsRuleANodeSendsNothingInTheClear(
      TestNamespace between,
      TestNamespace a,
      TestNamespace podA,
      TestNamespace b,
      TestNamespace podB)
      throws Exception {
    try (Cluster cluster = cluster(WatcherSetup.STRICT, between, a, podA, b, podB)) {
      // So that nobody puts it back.
      cluster.watcher(0).stop();
      a.ip("rule", "del", "pref", "99");
      long clear = cluster.fabric().clear();
      isRefused(podA, podAddress(1));
      isRefused(podA, nodeAddress(1));
      isRefused(a, podAddress(1));
      isRefused(a, nodeAddress(1));
      assertEquals(clear, cluster.fabric().clear());
      assertEquals(4, packets(a, "refused_out"));
    }
  }

  @Test
  void whatIsInTheClustersRangesAndNobodysIsRefusedAndWhatIsNeverTunnelledIsNot(
      TestNamespace between,
      TestNamespace a,
      TestNamespace podA,
      TestNamespace b,
      TestNamespace podB,
      TestNamespace outside)
      throws Exception {
    WatcherSetup setup =
        WatcherSetup.STRICT
            .withClusterRange(prefix("10.240.0.0/16"))
            .neverTunnelling(prefix(OUTSIDE));
    try (Cluster cluster = cluster(setup, between, a, podA, b, podB)) {
      cluster.fabric().join(outside, OUTSIDE);
      String routes = cluster.watcher(0).routes();
      assertTrue(routes.contains("unreachable 10.240.0.0/16"), routes);
      assertTrue(routes.contains("throw " + OUTSIDE), routes);
      assertEquals(0, cluster.pings(podA, podAddress(1)));
      assertEquals(0, cluster.pings(a, nodeAddress(1)));
      assertEquals(10, cluster.pings(a, OUTSIDE));
      assertEquals(10, cluster.pings(podA, OUTSIDE));
      assertEquals(10, cluster.pings(outside, nodeAddress(0)));
      long clear = cluster.fabric().clear();
      isRefused(a, NOBODYS);
      isRefused(podA, NOBODYS);
      assertEquals(clear, cluster.fabric().clear());
    }
  }

  @Test
  void withoutNftANodeInStrictModeIsNotReadyAndSaysWhy(
      TestNamespace between,
      TestNamespace a,
      TestNamespace podA,
      TestNamespace b,
      TestNamespace podB)
      throws Exception {
    try (Cluster cluster =
        cluster(WatcherSetup.STRICT.withNft("no-such-nft"), between, a, podA, b, podB)) {
      JsonObject status = cluster.watcher(0).status();
      assertFalse(status.get("ready").getAsBoolean());
      String reason = status.get("reason").getAsString();
      assertTrue(reason.contains("strict mode needs nftables"), reason);
      assertEquals(0, cluster.pings(podA, podAddress(1)));
    }
  }

  @Test
  void outsideHostScopeNodesAreReachedInTheClearAlsoWithinTheClustersRanges(
      TestNamespace between,
      TestNamespace a,
      TestNamespace podA,
      TestNamespace b,
      TestNamespace podB)
      throws Exception {
    WatcherSetup setup =
        WatcherSetup.STRICT.withHostScope(false).withClusterRange(prefix("10.240.0.0/16"));
    try (Cluster cluster = cluster(setup, between, a, podA, b, podB)) {
      assertEquals(0, cluster.pings(podA, podAddress(1)));
      assertEquals(10, cluster.pings(podA, nodeAddress(1)));
      assertEquals(10, cluster.pings(a, podAddress(1)));
      assertEquals(10, cluster.pings(a, nodeAddress(1)));
      isRefused(podA, NOBODYS);
      assertEquals(0, packets(cluster.watcher(0), "refusedIn"));
    }
  }

  @Test
  void nodesOfOneIpv6LinkStillFindEachOther(TestNamespace a, TestNamespace b) throws Exception {
    a.ip("link", "add", "eth0", "type", "veth", "peer", "name", "eth0", "netns", b.name());
    int number = 4;
    for (TestNamespace node : new TestNamespace[] {a, b}) {
      node.ip("-6", "addr", "add", "fd00:240::" + number++ + "/64", "dev", "eth0", "nodad");
      node.ip("link", "set", "eth0", "up");
    }
    try (WatcherProcess nodeA = WatcherProcess.start(a, "a", directory, WatcherSetup.STRICT);
        WatcherProcess nodeB = WatcherProcess.start(b, "b", directory, WatcherSetup.STRICT)) {
      nodeA.awaitRoutes("fd00:240::5 dev " + nodeA.device());
      nodeB.awaitRoutes("fd00:240::4 dev " + nodeB.device());
      for (TestNamespace node : new TestNamespace[] {a, b}) {
        node.ip("-6", "neigh", "flush", "all");
      }
      String shown = a.exec("ping", "-q", "-c", "5", "-i", "0.02", "-W", "3", "fd00:240::5");
      assertTrue(shown.contains("5 received"), shown);
      assertEquals(0, packets(nodeB, "refusedIn"));
    }
  }

  @Test
  void withoutAnyWireGuardANodeRefusesAllTheSame(
      TestNamespace between,
      TestNamespace a,
      TestNamespace podA,
      TestNamespace b,
      TestNamespace podB)
      throws Exception {
    try (Cluster cluster = cluster(WatcherSetup.STRICT, between, a, podA, b, podB)) {
      cluster.watcher(0).stop();
      a.exec(
          "sh",
          "-c",
          "ip link del "
              + cluster.watcher(0).device()
              + "; ip rule flush; ip rule add pref 32766 lookup main;"
              + " ip route flush table 51820; nft flush ruleset");
      WatcherProcess without =
          WatcherProcess.prepare(a, "a", directory, WatcherSetup.STRICT, "no-such-program");
      without.restart();
      try {
        without.awaitRoutes("unreachable " + podAddress(1));
        without.await("rule", () -> a.ip("rule").contains("not from all fwmark 0x100000/0x100000"));
        long clear = cluster.fabric().clear();
        isRefused(podA, podAddress(1));
        isRefused(a, nodeAddress(1));
        assertEquals(clear, cluster.fabric().clear());
      } finally {
        without.stop();
      }
    }
  }
}
