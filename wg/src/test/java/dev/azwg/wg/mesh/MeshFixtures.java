package dev.azwg.wg.mesh;

import dev.azwg.ipam.address.AddressException;
import dev.azwg.ipam.address.IpPrefix;
import dev.azwg.wg.device.Endpoint;
import dev.azwg.wg.key.PublicKey;
import java.net.InetAddress;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Short ways to write down nodes, keys and claims. */
public final class MeshFixtures {
  public static final Instant EPOCH = Instant.parse("2026-01-01T00:00:00Z");

  /** A moment after everything that the fixtures date. */
  public static final Instant NOW = EPOCH.plusSeconds(3600);

  /** Every peer has shaken hands. */
  public static final Function<PublicKey, PeerUse> VERIFIED = key -> new PeerUse(true, true, 25);

  private MeshFixtures() {}

  public static PublicKey key(int seed) {
    byte[] bytes = new byte[PublicKey.BYTES];
    bytes[0] = (byte) seed;
    bytes[1] = (byte) (seed >> 8);
    bytes[31] = 1;
    return PublicKey.of(bytes);
  }

  public static IpPrefix prefix(String text) {
    try {
      return text.contains("/") ? IpPrefix.parse(text) : IpPrefix.ofHost(text);
    } catch (AddressException e) {
      throw new IllegalArgumentException(e);
    }
  }

  public static InetAddress address(String text) {
    return prefix(text).address();
  }

  public static Claim claim(String prefix, int seconds) {
    return new Claim(prefix(prefix), EPOCH.plusSeconds(seconds));
  }

  /** A node at one address with a key, in host scope. */
  public static PeerRecord node(String name, int key, String address, Claim... claims) {
    return new PeerRecord(
        name,
        Optional.of(key(key)),
        EPOCH,
        List.of(new Endpoint(address(address), 51820)),
        List.of(address(address)),
        true,
        List.of(claims));
  }

  public static LocalNode self(Claim... claims) {
    return new LocalNode("self", key(1), List.of(address("10.240.0.4")), List.of(claims), 1500);
  }

  public static MeshConfig config() {
    return new MeshConfig(true, Mode.PERMISSIVE, List.of(), MeshConfig.AZURE_FABRIC_MTU);
  }

  public static List<IpPrefix> prefixes(String... texts) {
    List<IpPrefix> prefixes = new ArrayList<>();
    for (String text : texts) {
      prefixes.add(prefix(text));
    }
    return prefixes;
  }
}
