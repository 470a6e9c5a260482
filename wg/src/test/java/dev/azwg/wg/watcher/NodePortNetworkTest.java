package dev.azwg.wg.watcher;

import static dev.azwg.wg.watcher.Cluster.nodeAddress;
import static dev.azwg.wg.watcher.Cluster.podAddress;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.azwg.netlink.testing.NamespaceExtension;
import dev.azwg.netlink.testing.TestNamespace;
import dev.azwg.wg.watcher.Cluster.Families;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.StandardSocketOptions;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * Connections that a node translates as kube-proxy does: a NodePort whose pod is on another node,
 * so that there is a second hop with this node for its source.
 */
@Tag("network")
@ExtendWith(NamespaceExtension.class)
@Timeout(120)
class NodePortNetworkTest {
  private static final String OUTSIDE = "10.240.0.200";
  private static final int NODE_PORT = 30080;
  private static final int POD_PORT = 8080;

  @TempDir private Path directory = Path.of("");

  /** What kube-proxy makes of a service of type NodePort with the policy Cluster. */
  private static void serve(TestNamespace node, String nodeAddress, String podAddress) {
    node.exec(
        "nft",
        "add table ip kube; add chain ip kube services { type nat hook prerouting priority -100; };"
            + " add chain ip kube masquerading { type nat hook postrouting priority 100; };"
            + " add rule ip kube services ip daddr "
            + nodeAddress
            + " tcp dport "
            + NODE_PORT
            + " meta mark set meta mark or 0x4000 dnat to "
            + podAddress
            + ":"
            + POD_PORT
            + "; add rule ip kube masquerading meta mark and 0x4000 == 0x4000"
            + " meta mark set meta mark xor 0x4000 masquerade");
  }

  /** Connects to node 0's port from everywhere; the pod is on node 1. */
  private static void connect(Cluster cluster, TestNamespace from) throws Exception {
    try (Conversation conversation =
        Conversation.between(
            from, cluster.pod(1), podAddress(1), POD_PORT, nodeAddress(0), NODE_PORT)) {
      conversation.exchange();
    }
  }

  private static void join(Cluster cluster, TestNamespace outside) {
    cluster.fabric().join(outside, OUTSIDE);
    serve(cluster.node(0), nodeAddress(0), podAddress(1));
  }

  @Test
  void inHostScopeTheSecondHopIsEncrypted(
      TestNamespace between,
      TestNamespace a,
      TestNamespace podA,
      TestNamespace b,
      TestNamespace podB,
      TestNamespace c,
      TestNamespace podC,
      TestNamespace outside)
      throws Exception {
    try (Cluster cluster =
        new Cluster(
            WatcherSetup.USUAL,
            directory,
            Families.IPV4,
            Families.IPV4,
            between,
            a,
            podA,
            b,
            podB,
            c,
            podC)) {
      join(cluster, outside);
      for (int value = 0; value <= 2; value++) {
        cluster.reversePathFilter(value);
        // From a node and a pod of the cluster both hops are.
        long clear = cluster.fabric().clear();
        connect(cluster, cluster.pod(2));
        connect(cluster, cluster.node(2));
        assertEquals(clear, cluster.fabric().clear());
        // From outside the first hop is in the clear, as many packets as the second one.
        long encrypted = cluster.fabric().encrypted();
        connect(cluster, outside);
        long first = cluster.fabric().clear() - clear;
        long second = cluster.fabric().encrypted() - encrypted;
        assertTrue(second >= first, "encrypted " + second + ", clear " + first);
      }
    }
  }

  @Test
  void outsideHostScopeBothHopsAndTheirRepliesAreInTheClear(
      TestNamespace between,
      TestNamespace a,
      TestNamespace podA,
      TestNamespace b,
      TestNamespace podB,
      TestNamespace c,
      TestNamespace podC,
      TestNamespace outside)
      throws Exception {
    try (Cluster cluster =
        new Cluster(
            WatcherSetup.USUAL.withHostScope(false),
            directory,
            Families.IPV4,
            Families.IPV4,
            between,
            a,
            podA,
            b,
            podB,
            c,
            podC)) {
      join(cluster, outside);
      for (int value = 0; value <= 2; value++) {
        cluster.reversePathFilter(value);
        connect(cluster, outside);
        connect(cluster, cluster.pod(2));
        connect(cluster, cluster.node(2));
      }
    }
  }

  @Test
  void outsideHostScopeWhatGoesIntoTheTunnelIsNotMasqueraded(
      TestNamespace between,
      TestNamespace a,
      TestNamespace podA,
      TestNamespace b,
      TestNamespace podB)
      throws Exception {
    try (Cluster cluster =
        new Cluster(
            WatcherSetup.USUAL.withHostScope(false),
            directory,
            Families.IPV4,
            Families.IPV4,
            between,
            a,
            podA,
            b,
            podB)) {
      a.exec(
          "nft",
          "add table ip agent; add chain ip agent everything { type nat hook postrouting priority 100; };"
              + " add rule ip agent everything masquerade");
      assertEquals(0, cluster.pings(cluster.pod(0), podAddress(1)));
    }
  }

  @Test
  void inHostScopeWhatIsMasqueradedIsEncryptedAllTheSame(
      TestNamespace between,
      TestNamespace a,
      TestNamespace podA,
      TestNamespace b,
      TestNamespace podB)
      throws Exception {
    try (Cluster cluster =
        new Cluster(
            WatcherSetup.USUAL,
            directory,
            Families.IPV4,
            Families.IPV4,
            between,
            a,
            podA,
            b,
            podB)) {
      a.exec(
          "nft",
          "add table ip agent; add chain ip agent everything { type nat hook postrouting priority 100; };"
              + " add rule ip agent everything masquerade");
      for (int value = 0; value <= 2; value++) {
        cluster.reversePathFilter(value);
        assertEquals(0, cluster.pings(cluster.pod(0), podAddress(1)));
        assertEquals(0, cluster.pings(cluster.pod(0), nodeAddress(1)));
      }
    }
  }

  /** The kernel then gives the second connection another port, which is a translation too. */
  @Test
  void outsideHostScopeConnectionsThatShareASourcePortStayInTheTunnel(
      TestNamespace between,
      TestNamespace a,
      TestNamespace podA,
      TestNamespace b,
      TestNamespace podB)
      throws Exception {
    try (Cluster cluster =
        new Cluster(
            WatcherSetup.USUAL.withHostScope(false),
            directory,
            Families.IPV4,
            Families.IPV4,
            between,
            a,
            podA,
            b,
            podB)) {
      String service = "10.0.0.9";
      a.exec(
          "nft",
          "add table ip kube; add chain ip kube services { type nat hook prerouting priority -100; };"
              + " add rule ip kube services ip daddr "
              + service
              + " dnat to "
              + podAddress(1));
      long clear = cluster.fabric().clear();
      try (ServerSocket server =
              podB.call(() -> new ServerSocket(POD_PORT, 2, InetAddress.ofLiteral(podAddress(1))));
          Socket first = connect(podA, service);
          Socket second = connect(podA, podAddress(1));
          Socket one = server.accept();
          Socket two = server.accept()) {
        assertEquals(first.getLocalPort(), second.getLocalPort());
        for (Socket socket : List.of(one, two)) {
          socket.getOutputStream().write(1);
        }
        for (Socket socket : List.of(first, second)) {
          socket.setSoTimeout(5000);
          assertEquals(1, socket.getInputStream().read());
          socket.getOutputStream().write(2);
        }
        for (Socket socket : List.of(one, two)) {
          socket.setSoTimeout(5000);
          assertEquals(2, socket.getInputStream().read());
        }
      }
      assertEquals(clear, cluster.fabric().clear());
    }
  }

  private static Socket connect(TestNamespace from, String address) throws IOException {
    return from.call(() -> {
      Socket socket = new Socket();
      socket.setOption(StandardSocketOptions.SO_REUSEPORT, true);
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(40000));
      socket.connect(new InetSocketAddress(InetAddress.ofLiteral(address), POD_PORT), 5000);
      return socket;
    });
  }
}
