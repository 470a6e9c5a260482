package dev.azwg.wg.watcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.azwg.netlink.testing.NamespaceExtension;
import dev.azwg.netlink.testing.TestNamespace;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * Pods and nodes reach each other whatever reverse path filters the nodes' interfaces have, in both
 * scopes, and what has to be encrypted is.
 */
@Tag("network")
@ExtendWith(NamespaceExtension.class)
@Timeout(120)
class ReversePathNetworkTest {
  private static final String NODE_A = "10.240.0.4";
  private static final String NODE_B = "10.240.0.5";
  private static final String POD_A = "10.240.1.10";
  private static final String POD_B = "10.240.2.10";

  @TempDir private Path directory = Path.of("");

  /** Two nodes with a pod each. */
  private final class Pair implements AutoCloseable {
    private final Fabric fabric;
    private final TestNamespace[] places;
    private final WatcherProcess nodeA;
    private final WatcherProcess nodeB;

    Pair(WatcherSetup setup, TestNamespace between, TestNamespace... places) throws IOException {
      this.places = places;
      fabric = new Fabric(between);
      fabric.join(places[0], NODE_A);
      fabric.join(places[1], NODE_B);
      nodeA = WatcherProcess.start(places[0], "a", directory, setup);
      nodeB = WatcherProcess.start(places[1], "b", directory, setup);
      nodeA.await("status", () -> !nodeA.path("b").equals("NONE"));
      nodeB.await("status", () -> !nodeB.path("a").equals("NONE"));
      Pod.attach(fabric, places[0], nodeA, places[2], POD_A);
      Pod.attach(fabric, places[1], nodeB, places[3], POD_B);
      nodeA.awaitRoutes(POD_B + " dev " + nodeA.device());
      nodeB.awaitRoutes(POD_A + " dev " + nodeB.device());
    }

    private void reversePathFilter(int value) {
      for (TestNamespace node : new TestNamespace[] {places[0], places[1]}) {
        node.exec(
            "sh",
            "-c",
            "for f in /proc/sys/net/ipv4/conf/*/rp_filter; do echo " + value + " >$f; done");
        node.ip("route", "flush", "cache");
      }
    }

    /** All pings are answered; returns how many clear packets that took. */
    private long pings(TestNamespace from, String to) {
      long clear = fabric.clear();
      String shown = from.exec("ping", "-q", "-c", "5", "-i", "0.02", "-w", "5", to);
      assertTrue(shown.contains(" 5 received"), shown);
      return fabric.clear() - clear;
    }

    /** From pod to pod, node to node, pod to node, node to pod, in both directions. */
    void everywhere(boolean hostScope) {
      for (int value = 0; value <= 2; value++) {
        reversePathFilter(value);
        long encrypted = fabric.encrypted();
        assertEquals(0, pings(places[2], POD_B));
        assertEquals(0, pings(places[3], POD_A));
        assertTrue(fabric.encrypted() - encrypted >= 20);
        int expected = hostScope ? 0 : 10;
        assertEquals(expected, pings(places[0], NODE_B));
        assertEquals(expected, pings(places[1], NODE_A));
        assertEquals(expected, pings(places[2], NODE_B));
        assertEquals(expected, pings(places[3], NODE_A));
        assertEquals(expected, pings(places[0], POD_B));
        assertEquals(expected, pings(places[1], POD_A));
      }
    }

    @Override
    public void close() {
      nodeA.close();
      nodeB.close();
    }
  }

  private static String how(WatcherProcess watcher) throws IOException {
    return watcher.status().getAsJsonObject("packetFilter").get("reversePath").getAsString();
  }

  @Test
  void inHostScopeTheMarkOfPeersPacketsSatisfiesEveryFilter(
      TestNamespace between,
      TestNamespace a,
      TestNamespace b,
      TestNamespace podA,
      TestNamespace podB)
      throws Exception {
    try (Pair pair = new Pair(WatcherSetup.USUAL, between, a, b, podA, podB)) {
      assertEquals("marks", how(pair.nodeA));
      assertEquals("1", a.exec("sysctl", "-n", "net.ipv4.conf.all.src_valid_mark").strip());
      pair.everywhere(true);
    }
  }

  @Test
  void withoutNftRulesForThePortDo(
      TestNamespace between,
      TestNamespace a,
      TestNamespace b,
      TestNamespace podA,
      TestNamespace podB)
      throws Exception {
    try (Pair pair =
        new Pair(WatcherSetup.USUAL.withNft("no-such-nft"), between, a, b, podA, podB)) {
      assertEquals("port-rules", how(pair.nodeA));
      pair.everywhere(true);
    }
  }

  @Test
  void outsideHostScopeOnlyPodsAreEncryptedAndNothingIsLost(
      TestNamespace between,
      TestNamespace a,
      TestNamespace b,
      TestNamespace podA,
      TestNamespace podB)
      throws Exception {
    try (Pair pair = new Pair(WatcherSetup.USUAL.withHostScope(false), between, a, b, podA, podB)) {
      pair.everywhere(false);
    }
  }
}
