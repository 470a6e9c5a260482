package dev.azwg.ipam.address;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PrefixSetTest {
  private static IpPrefix prefix(String text) throws AddressException {
    return text.contains("/") ? IpPrefix.parse(text) : IpPrefix.ofHost(text);
  }

  private static PrefixSet set(String... texts) throws AddressException {
    List<IpPrefix> prefixes = new ArrayList<>();
    for (String text : texts) {
      prefixes.add(prefix(text));
    }
    return PrefixSet.of(prefixes);
  }

  @Test
  void whatLiesInAnotherIsLeftOutAndNeighboursStayApart() throws AddressException {
    assertEquals(
        set("10.0.0.0/24", "10.0.1.0/32", "10.0.1.1/32"),
        set("10.0.0.9", "10.0.1.1", "10.0.1.0", "10.0.0.0/24", "10.0.0.0/28"));
    assertEquals(2, set("10.0.1.0/32", "10.0.1.1/32").prefixes().size());
  }

  @Test
  void aHoleSplitsARange() throws AddressException {
    assertEquals(
        set("10.0.0.0/30", "10.0.0.5/32", "10.0.0.6/31", "10.0.0.8/29"),
        set("10.0.0.0/28").minus(set("10.0.0.4")));
    assertEquals(PrefixSet.EMPTY, set("10.0.0.0/28").minus(set("10.0.0.0/8")));
    assertEquals(set("10.0.0.0/28"), set("10.0.0.0/28").minus(set("10.0.0.16", "::/0")));
    assertEquals(128 - 64, set("fd00::/64").minus(set("fd00::1")).prefixes().size());
  }

  @Test
  void onlyARangeHasHalves() throws AddressException {
    assertEquals(List.of(prefix("0.0.0.0/1"), prefix("128.0.0.0/1")), prefix("0.0.0.0/0").halves());
    assertEquals(
        List.of(prefix("fd00::8/126"), prefix("fd00::c/126")), prefix("fd00::8/125").halves());
    assertThrows(IllegalStateException.class, () -> prefix("10.0.0.1/32").halves());
  }

  @ParameterizedTest
  @CsvSource({
    "10.244.3.27/16, 10.244.0.0/16",
    "10.244.3.27/32, 10.244.3.27/32",
    "10.244.3.27/0, 0.0.0.0/0",
    "10.244.3.27/29, 10.244.3.24/29",
    "fd00:1:2:3::9/64, fd00:1:2:3::/64",
    "::ffff:10.1.2.3/112, 10.1.0.0/16"
  })
  void theNetworkOfAnInterfacesAddress(String cidr, String network) throws AddressException {
    assertEquals(prefix(network), IpPrefix.networkOfCidr(cidr));
  }

  /** Against a set of the single addresses of a /24. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void everyOperationAgreesWithASetOfSingleAddresses(long seed) throws AddressException {
    Random random = new Random(seed);
    for (int round = 0; round < 200; round++) {
      PrefixSet a = any(random);
      PrefixSet b = any(random);
      PrefixSet rest = a.minus(b);
      IpPrefix last = null;
      for (IpPrefix each : rest.prefixes()) {
        assertTrue(last == null || !last.overlaps(each), () -> "overlap in " + rest);
        last = each;
      }
      IpPrefix probe = any(random).prefixes().first();
      boolean all = true;
      boolean some = false;
      for (int i = 0; i < 256; i++) {
        IpPrefix address = IpPrefix.ofHost("10.0.0." + i);
        assertEquals(has(a, address), a.covers(address));
        assertEquals(has(a, address) && !has(b, address), rest.covers(address), () -> a + "-" + b);
        if (probe.contains(address)) {
          all &= has(a, address);
          some |= has(a, address);
        }
      }
      assertEquals(some, a.overlaps(probe), () -> a + " " + probe);
      // The other way round one prefix has to cover it alone.
      assertTrue(all || !a.covers(probe), () -> a + " " + probe);
    }
  }

  private static boolean has(PrefixSet set, IpPrefix address) {
    return set.prefixes().stream().anyMatch(prefix -> prefix.contains(address));
  }

  private static PrefixSet any(Random random) throws AddressException {
    List<IpPrefix> prefixes = new ArrayList<>();
    for (int i = random.nextInt(6); i >= 0; i--) {
      prefixes.add(
          IpPrefix.networkOfCidr("10.0.0." + random.nextInt(256) + "/" + (24 + random.nextInt(9))));
    }
    return PrefixSet.of(prefixes);
  }
}
