package dev.azwg.ipam.pool;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.net.InetAddress;
import java.util.List;
import org.junit.jupiter.api.Tag;

/** A state file of any bytes: a PoolException, or a pool with nothing in it that must not be. */
@Tag("fuzz")
class AzureIpamStateFuzzTest {
  private static final List<InetAddress> NODE = List.of(PoolFixtures.address("10.240.0.4"));

  @FuzzTest(maxDuration = "5s")
  void aFileIsReadOrRefused(byte[] content) {
    try {
      PoolFixtures.assertClaimable(AzureIpamState.parse(content, "file", NODE), NODE);
    } catch (PoolException refused) {
      // That is the other answer.
    }
  }
}
