package dev.azwg.wg.mesh;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TunnelMtuTest {
  @ParameterizedTest(name = "underlay {0}, fabric {1}, IPv6 {2}: {3}")
  @CsvSource({
    "1500, 1400, false, 1340",
    "1500, 1400, true, 1320",
    "1500, 0, false, 1440",
    "1500, 0, true, 1420",
    "1400, 1400, false, 1340",
    "1390, 1400, false, 1330",
    "3900, 1400, false, 1340",
    "3900, 0, false, 3840",
    "576, 0, false, 1300",
    "576, 1400, true, 1280",
  })
  void leavesRoomForTheEncapsulation(int underlay, int fabric, boolean ipv6, int expected) {
    assertEquals(expected, TunnelMtu.of(underlay, fabric, ipv6));
  }
}
