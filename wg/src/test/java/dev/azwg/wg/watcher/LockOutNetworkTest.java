package dev.azwg.wg.watcher;

import static dev.azwg.wg.mesh.MeshFixtures.prefix;
import static dev.azwg.wg.watcher.Cluster.nodeAddress;
import static dev.azwg.wg.watcher.Cluster.podAddress;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonElement;
import dev.azwg.netlink.testing.NamespaceExtension;
import dev.azwg.netlink.testing.TestNamespace;
import dev.azwg.wg.watcher.Cluster.Families;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * Host scope cannot lock a node out: whatever it has lost, it reaches the API server and is reached
 * from outside the mesh, and the pair heals.
 */
@Tag("network")
@ExtendWith(NamespaceExtension.class)
@Timeout(120)
class LockOutNetworkTest {
  private static final String API_SERVER = "10.240.0.200";

  private static final WatcherSetup SETUP = WatcherSetup.USUAL.neverTunnelling(prefix(API_SERVER));

  @TempDir private Path directory = Path.of("");

  private Cluster cluster(
      TestNamespace between,
      TestNamespace a,
      TestNamespace podA,
      TestNamespace b,
      TestNamespace podB,
      TestNamespace apiServer)
      throws IOException {
    Cluster cluster =
        new Cluster(SETUP, directory, Families.IPV4, Families.IPV4, between, a, podA, b, podB);
    cluster.fabric().join(apiServer, API_SERVER);
    return cluster;
  }

  /** What a reboot leaves of node 1: no device, rules, routes, packet filter, attachments. */
  private void reboot(Cluster cluster) throws IOException {
    cluster.watcher(1).stop();
    TestNamespace node = cluster.node(1);
    node.exec(
        "sh",
        "-c",
        "ip link del "
            + cluster.watcher(1).device()
            + "; ip rule flush; ip rule add pref 32766 lookup main;"
            + " ip route flush table 51820; nft flush ruleset");
    Path run = cluster.watcher(1).stateDirectory().resolve("attachments");
    try (var files = Files.list(run)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
  }

  private static void bothWays(Cluster cluster, TestNamespace apiServer) {
    cluster.pings(cluster.node(1), API_SERVER);
    cluster.pings(apiServer, nodeAddress(1));
  }

  private static void heals(Cluster cluster) {
    cluster.watcher(0).awaitPath("b", "VERIFIED");
    cluster.watcher(1).awaitPath("a", "VERIFIED");
    cluster.watcher(0).awaitRoutes(nodeAddress(1) + " dev " + cluster.watcher(0).device());
    cluster.watcher(1).awaitRoutes(nodeAddress(0) + " dev " + cluster.watcher(1).device());
    assertEquals(0, cluster.pings(cluster.node(0), nodeAddress(1)));
    assertEquals(0, cluster.pings(cluster.node(1), nodeAddress(0)));
  }

  @Test
  void afterARebootThatLostTheKey(
      TestNamespace between,
      TestNamespace a,
      TestNamespace podA,
      TestNamespace b,
      TestNamespace podB,
      TestNamespace apiServer)
      throws Exception {
    try (Cluster cluster = cluster(between, a, podA, b, podB, apiServer)) {
      reboot(cluster);
      Files.delete(directory.resolve("b/var/lib/azwg/private.key"));
      bothWays(cluster, apiServer);
      cluster.watcher(1).restart();
      bothWays(cluster, apiServer);
      heals(cluster);
    }
  }

  @Test
  void withAnUnreachableDatastoreAndALostKey(
      TestNamespace between,
      TestNamespace a,
      TestNamespace podA,
      TestNamespace b,
      TestNamespace podB,
      TestNamespace apiServer)
      throws Exception {
    try (Cluster cluster = cluster(between, a, podA, b, podB, apiServer)) {
      Path peers = directory.resolve("peers");
      Path away = directory.resolve("peers-away");
      reboot(cluster);
      Files.move(peers, away);
      Files.delete(directory.resolve("b/var/lib/azwg/private.key"));
      cluster.watcher(1).restart();
      cluster.watcher(1).await("refusal", () -> !cluster.watcher(1).ready());
      bothWays(cluster, apiServer);
      assertTrue(
          cluster.watcher(0).routes().contains(podAddress(1) + " dev"),
          "the other node goes on with what it knows");
      Files.move(away, peers);
      heals(cluster);
    }
  }

  @Test
  void withARecordThatClaimsTheApiServersAddressOrThisNodes(
      TestNamespace between,
      TestNamespace a,
      TestNamespace podA,
      TestNamespace b,
      TestNamespace podB,
      TestNamespace apiServer)
      throws Exception {
    try (Cluster cluster = cluster(between, a, podA, b, podB, apiServer)) {
      String stale =
          Files.readString(directory.resolve("peers/a.json"))
              .replace("\"a\"", "\"stale\"")
              .replace(nodeAddress(0), API_SERVER)
              .replace(podAddress(0), nodeAddress(1))
              .replaceFirst("(\"publicKey\":\")....", "$1AAAA");
      Files.writeString(directory.resolve("peers/stale.json"), stale);
      WatcherProcess node = cluster.watcher(1);
      node.await("finding", () -> finding(node, "stale", API_SERVER));
      node.await("finding", () -> finding(node, "stale", nodeAddress(1)));
      bothWays(cluster, apiServer);
      heals(cluster);
    }
  }

  @Test
  void withAClockThatIsAheadUntilItIsRight(
      TestNamespace between,
      TestNamespace a,
      TestNamespace podA,
      TestNamespace b,
      TestNamespace podB,
      TestNamespace apiServer)
      throws Exception {
    try (Cluster cluster = cluster(between, a, podA, b, podB, apiServer)) {
      reboot(cluster);
      Files.delete(directory.resolve("b/var/lib/azwg/private.key"));
      InstantSource real = InstantSource.system();
      cluster.watcher(1).setClock(InstantSource.offset(real, Duration.ofHours(1)));
      cluster.watcher(1).restart();
      cluster.watcher(0).await("finding", () -> finding(cluster.watcher(0), "b", "keySince"));
      bothWays(cluster, apiServer);
      // Nobody follows its record: the pair is reached in the clear, and that is told.
      cluster.watcher(0).awaitNoRoute(nodeAddress(1) + " dev");
      cluster.pings(cluster.node(0), nodeAddress(1));

      cluster.watcher(1).stop();
      cluster.watcher(1).setClock(real);
      cluster.watcher(1).restart();
      heals(cluster);
    }
  }

  private static boolean finding(WatcherProcess watcher, String node, String subject) {
    try {
      for (JsonElement each : watcher.status().getAsJsonArray("findings")) {
        if (each.getAsJsonObject().get("node").getAsString().equals(node)
            && each.getAsJsonObject().get("subject").getAsString().startsWith(subject)) {
          return true;
        }
      }
    } catch (IOException | RuntimeException e) {
      // It has not begun to answer.
    }
    return false;
  }
}
