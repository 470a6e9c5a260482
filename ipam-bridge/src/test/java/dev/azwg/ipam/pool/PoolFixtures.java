package dev.azwg.ipam.pool;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.azwg.ipam.address.AddressException;
import dev.azwg.ipam.address.IpPrefix;
import dev.azwg.ipam.address.PrefixSet;
import dev.azwg.ipam.address.TunnelPolicy;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** Short ways to write down prefixes, and the documents beside this class. */
final class PoolFixtures {
  private PoolFixtures() {}

  static IpPrefix prefix(String text) {
    try {
      return text.contains("/") ? IpPrefix.parse(text) : IpPrefix.ofHost(text);
    } catch (AddressException e) {
      throw new IllegalArgumentException(e);
    }
  }

  static PrefixSet set(String... texts) {
    List<IpPrefix> prefixes = new ArrayList<>();
    for (String text : texts) {
      prefixes.add(prefix(text));
    }
    return PrefixSet.of(prefixes);
  }

  static InetAddress address(String text) {
    return prefix(text).address();
  }

  static byte[] resource(String name) throws IOException {
    try (InputStream in = PoolFixtures.class.getResourceAsStream(name)) {
      return Objects.requireNonNull(in, name).readAllBytes();
    }
  }

  /** What must be true of every pool, whatever it was read from. */
  static void assertClaimable(AddressPool pool, List<InetAddress> nodeAddresses) {
    assertTrue(pool.prefixes().prefixes().size() <= PoolBuilder.MAX_PREFIXES);
    for (IpPrefix prefix : pool.prefixes().prefixes()) {
      assertTrue(TunnelPolicy.forbidding(prefix) == null, () -> "forbidden: " + prefix);
      assertTrue(
          prefix.length() >= (prefix.isIpv4() ? PoolBuilder.WIDEST_IPV4 : PoolBuilder.WIDEST_IPV6),
          () -> "too wide: " + prefix);
      for (InetAddress address : nodeAddresses) {
        assertTrue(!prefix.contains(IpPrefix.hostOf(address)), () -> "a node's: " + prefix);
      }
    }
  }
}
