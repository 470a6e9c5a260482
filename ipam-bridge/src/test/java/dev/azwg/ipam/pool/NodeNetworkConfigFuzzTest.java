package dev.azwg.ipam.pool;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.net.InetAddress;
import java.util.List;
import org.junit.jupiter.api.Tag;

/** A resource of any bytes: a PoolException, or a pool with nothing in it that must not be. */
@Tag("fuzz")
class NodeNetworkConfigFuzzTest {
  private static final List<InetAddress> NODE =
      List.of(
          PoolFixtures.address("10.224.0.4"),
          PoolFixtures.address("10.224.0.20"),
          PoolFixtures.address("10.240.0.4"));

  @FuzzTest(maxDuration = "5s")
  void aDocumentIsReadOrRefused(byte[] document) {
    try {
      PoolFixtures.assertClaimable(
          NodeNetworkConfigDocument.parse(document, "resource", "aks-pool-1", NODE), NODE);
    } catch (PoolException refused) {
      // That is the other answer.
    }
  }
}
