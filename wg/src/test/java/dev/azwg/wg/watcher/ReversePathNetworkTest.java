package dev.azwg.wg.watcher;

import static dev.azwg.wg.watcher.Cluster.nodeAddress;
import static dev.azwg.wg.watcher.Cluster.podAddress;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

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

/**
 * Pods and nodes reach each other whatever reverse path filters the nodes' interfaces have, in both
 * scopes, and what has to be encrypted is.
 */
@Tag("network")
@ExtendWith(NamespaceExtension.class)
@Timeout(120)
class ReversePathNetworkTest {
  @TempDir private Path directory = Path.of("");

  private Cluster cluster(WatcherSetup setup, TestNamespace... places) throws IOException {
    return new Cluster(setup, directory, Families.IPV4, Families.IPV4, places);
  }

  /** From pod to pod, node to node, pod to node, node to pod, in both directions. */
  private static void everywhere(Cluster cluster, boolean hostScope) {
    for (int value = 0; value <= 2; value++) {
      cluster.reversePathFilter(value);
      long encrypted = cluster.fabric().encrypted();
      assertEquals(0, cluster.pings(cluster.pod(0), podAddress(1)));
      assertEquals(0, cluster.pings(cluster.pod(1), podAddress(0)));
      assertTrue(cluster.fabric().encrypted() - encrypted >= 20);
      int expected = hostScope ? 0 : 10;
      for (int from = 0; from <= 1; from++) {
        int to = 1 - from;
        assertEquals(expected, cluster.pings(cluster.node(from), nodeAddress(to)));
        assertEquals(expected, cluster.pings(cluster.pod(from), nodeAddress(to)));
        assertEquals(expected, cluster.pings(cluster.node(from), podAddress(to)));
      }
    }
  }

  private static String how(WatcherProcess watcher) throws IOException {
    return watcher.status().getAsJsonObject("packetFilter").get("reversePath").getAsString();
  }

  @Test
  void f23And24InHostScopeTheMarkOfPeersPacketsSatisfiesEveryFilter(
      TestNamespace between,
      TestNamespace a,
      TestNamespace podA,
      TestNamespace b,
      TestNamespace podB)
      throws Exception {
    try (Cluster cluster = cluster(WatcherSetup.USUAL, between, a, podA, b, podB)) {
      assertEquals("marks", how(cluster.watcher(0)));
      assertEquals("1", a.exec("sysctl", "-n", "net.ipv4.conf.all.src_valid_mark").strip());
      String chain = a.exec("nft", "list", "chain", "inet", "azwg", "incoming");
      assertTrue(chain.contains("ip saddr @peers4 meta mark set meta mark | 0x00100000"), chain);
      String peers = a.exec("nft", "list", "set", "inet", "azwg", "peers4");
      assertTrue(peers.contains("elements = { " + nodeAddress(1) + " }"), peers);
      everywhere(cluster, true);
    }
  }

  @Test
  void withoutNftRulesForThePortDo(
      TestNamespace between,
      TestNamespace a,
      TestNamespace podA,
      TestNamespace b,
      TestNamespace podB)
      throws Exception {
    try (Cluster cluster =
        cluster(WatcherSetup.USUAL.withNft("no-such-nft"), between, a, podA, b, podB)) {
      assertEquals("port-rules", how(cluster.watcher(0)));
      everywhere(cluster, true);
    }
  }

  @Test
  void outsideHostScopeOnlyPodsAreEncryptedAndNothingIsLost(
      TestNamespace between,
      TestNamespace a,
      TestNamespace podA,
      TestNamespace b,
      TestNamespace podB)
      throws Exception {
    try (Cluster cluster =
        cluster(WatcherSetup.USUAL.withHostScope(false), between, a, podA, b, podB)) {
      everywhere(cluster, false);
    }
  }
}
