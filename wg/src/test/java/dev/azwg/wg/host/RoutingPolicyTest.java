package dev.azwg.wg.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RoutingPolicyTest {
  @ParameterizedTest
  @CsvSource({"1, 3, 1", "252, 99, 0x100000", "256, 32765, 0x30000", "2147483647, 4, -0x80000000"})
  void whatTheKernelAndKubeProxyLeaveFreeIsTaken(int table, int priority, String fwmark) {
    RoutingPolicy policy = new RoutingPolicy(table, priority, Integer.decode(fwmark));
    assertEquals(table, policy.table());
  }

  @ParameterizedTest
  @CsvSource({
    "0, 99, 0x100000",
    "-1, 99, 0x100000",
    "253, 99, 0x100000",
    "254, 99, 0x100000",
    "255, 99, 0x100000",
    "51820, 0, 0x100000",
    "51820, 2, 0x100000",
    "51820, 32766, 0x100000",
    "51820, 99, 0",
    "51820, 99, 0x4000",
    "51820, 99, 0x108000"
  })
  void whatIsNotFreeIsRefused(int table, int priority, String fwmark) {
    int mark = Integer.decode(fwmark);
    assertThrows(IllegalArgumentException.class, () -> new RoutingPolicy(table, priority, mark));
  }
}
