package dev.azwg.wg.datastore.kubernetes;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.azwg.ipam.address.PrefixSet;
import dev.azwg.ipam.pool.AddressPool;
import dev.azwg.ipam.pool.PoolException;
import dev.azwg.wg.mesh.MeshFixtures;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Against a real API server. */
@Tag("kubernetes")
@Timeout(120)
final class NodeNetworkConfigSourceTest {
  private static final Duration PATIENCE = Duration.ofSeconds(25);

  @TempDir Path directory;

  @Test
  void thePoolIsFollowed() throws Exception {
    try (ControlPlane plane = ControlPlane.start(directory)) {
      try (NodeNetworkConfigSource without = NodeNetworkConfigSource.start(plane.admin(), "a")) {
        await(without, "an empty pool, as there is no such kind", AddressPool.EMPTY);
      }
      plane.addPools();
      try (NodeNetworkConfigSource source = NodeNetworkConfigSource.start(plane.admin(), "a")) {
        await(source, "an empty pool, as there is no such object", AddressPool.EMPTY);
        apply(plane, "10.241.0.17");
        await(source, "the pool", pool("10.241.0.17"));
        apply(plane, "10.241.0.17", "10.241.0.18");
        await(source, "the larger pool", pool("10.241.0.17", "10.241.0.18"));
        plane.kubectl("", "delete", "-n", "kube-system", "nodenetworkconfig", "a");
        apply(plane, "10.241.0.19");
        await(source, "the pool of the new object", pool("10.241.0.19"));
      }
    }
  }

  private static AddressPool pool(String... addresses) {
    return new AddressPool(
        PrefixSet.of(List.of(addresses).stream().map(MeshFixtures::prefix).toList()), List.of());
  }

  private static void apply(ControlPlane plane, String... addresses) throws Exception {
    StringBuilder assignments = new StringBuilder();
    for (String address : addresses) {
      assignments.append(assignments.isEmpty() ? "" : ",");
      assignments
          .append("{'name':'")
          .append(address)
          .append("','ip':'")
          .append(address)
          .append("'}");
    }
    plane.apply(
        "{'apiVersion':'acn.azure.com/v1alpha','kind':'NodeNetworkConfig',"
            + "'metadata':{'name':'a','namespace':'kube-system'},'spec':{},"
            + "'status':{'networkContainers':[{'id':'1','type':'vnet','assignmentMode':'dynamic',"
            + "'version':1,'status':'NCUpdateSuccess','nodeIP':'10.240.0.4',"
            + "'primaryIP':'10.241.0.16','subnetName':'s','subnetAddressSpace':'10.241.0.0/16',"
            + "'defaultGateway':'10.241.0.1','ipAssignments':["
            + assignments
            + "]}]}}");
  }

  private static void await(NodeNetworkConfigSource source, String what, AddressPool expected)
      throws Exception {
    Semaphore changes = new Semaphore(0);
    source.watch(changes::release);
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    String seen = "";
    while (true) {
      try {
        AddressPool pool = source.read(List.of(MeshFixtures.address("10.240.0.4")));
        if (pool.prefixes().equals(expected.prefixes())) {
          return;
        }
        seen = pool.toString();
      } catch (PoolException e) {
        seen = String.valueOf(e.getMessage());
      }
      boolean changed = changes.tryAcquire(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
      assertTrue(changed, "waited for " + what + "; " + seen);
    }
  }
}
