package dev.azwg.wg.watcher;

import static dev.azwg.wg.watcher.Cluster.nodeAddress;
import static dev.azwg.wg.watcher.Cluster.nodeAddressIpv6;
import static dev.azwg.wg.watcher.Cluster.podAddress;
import static dev.azwg.wg.watcher.Cluster.podAddressIpv6;
import static org.junit.jupiter.api.Assertions.assertEquals;

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

/** One device carries both families, whatever the family of the network below it. */
@Tag("network")
@ExtendWith(NamespaceExtension.class)
@Timeout(120)
class FamiliesNetworkTest {
  @TempDir private Path directory = Path.of("");

  private Cluster cluster(Families underlay, TestNamespace... places) throws IOException {
    return new Cluster(WatcherSetup.USUAL, directory, underlay, Families.BOTH, places);
  }

  private static void pods(Cluster cluster) {
    for (int from = 0; from <= 1; from++) {
      assertEquals(0, cluster.pings(cluster.pod(from), podAddress(1 - from)));
      assertEquals(0, cluster.pings(cluster.pod(from), podAddressIpv6(1 - from)));
    }
  }

  /** A reverse path filter for IPv6 as firewalld makes it: the kernel has none of its own. */
  private static void filterReversePath(TestNamespace node) {
    node.exec(
        "nft",
        "add table ip6 agent; add chain ip6 agent reverse"
            + " { type filter hook prerouting priority -290; };"
            + " add rule ip6 agent reverse icmpv6 type { nd-neighbor-solicit, nd-router-advert }"
            + " accept; add rule ip6 agent reverse fib saddr . mark . iif oif missing counter drop");
  }

  @Test
  void bothFamiliesOverIpv6Only(
      TestNamespace between,
      TestNamespace a,
      TestNamespace podA,
      TestNamespace b,
      TestNamespace podB)
      throws Exception {
    try (Cluster cluster = cluster(Families.IPV6, between, a, podA, b, podB)) {
      pods(cluster);
      assertEquals(0, cluster.pings(a, nodeAddressIpv6(1)));
      assertEquals(0, cluster.pings(a, podAddressIpv6(1)));
      assertEquals(0, cluster.pings(podB, nodeAddressIpv6(0)));
      assertEquals(1320, cluster.watcher(0).status().get("mtu").getAsInt());
    }
  }

  @Test
  void overIpv6EveryReversePathFilterIsSatisfied(
      TestNamespace between,
      TestNamespace a,
      TestNamespace podA,
      TestNamespace b,
      TestNamespace podB)
      throws Exception {
    try (Cluster cluster = cluster(Families.IPV6, between, a, podA, b, podB)) {
      filterReversePath(a);
      filterReversePath(b);
      pods(cluster);
      assertEquals(0, cluster.pings(a, nodeAddressIpv6(1)));
      assertEquals(0, cluster.pings(podB, nodeAddressIpv6(0)));
    }
  }

  @Test
  void bothFamiliesOverBoth(
      TestNamespace between,
      TestNamespace a,
      TestNamespace podA,
      TestNamespace b,
      TestNamespace podB)
      throws Exception {
    try (Cluster cluster = cluster(Families.BOTH, between, a, podA, b, podB)) {
      cluster.reversePathFilter(1);
      pods(cluster);
      for (int from = 0; from <= 1; from++) {
        assertEquals(0, cluster.pings(cluster.node(from), nodeAddress(1 - from)));
        assertEquals(0, cluster.pings(cluster.node(from), nodeAddressIpv6(1 - from)));
        assertEquals(0, cluster.pings(cluster.pod(from), nodeAddressIpv6(1 - from)));
        assertEquals(0, cluster.pings(cluster.node(from), podAddressIpv6(1 - from)));
      }
      assertEquals(1340, cluster.watcher(0).status().get("mtu").getAsInt());
    }
  }

  @Test
  void bothFamiliesOverIpv4Only(
      TestNamespace between,
      TestNamespace a,
      TestNamespace podA,
      TestNamespace b,
      TestNamespace podB)
      throws Exception {
    // Pods of both families on nodes of one: the fabric routes the other family to nobody.
    try (Cluster cluster = cluster(Families.IPV4, between, a, podA, b, podB)) {
      pods(cluster);
    }
  }
}
