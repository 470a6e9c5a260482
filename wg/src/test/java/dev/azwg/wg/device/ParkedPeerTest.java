package dev.azwg.wg.device;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.azwg.ipam.address.AddressException;
import dev.azwg.ipam.address.IpPrefix;
import dev.azwg.wg.key.PublicKey;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ParkedPeerTest {
  private static final PublicKey A = key(1);
  private static final PublicKey B = key(2);

  @Test
  void theKeyIsTheDigestOfItsName() throws NoSuchAlgorithmException {
    byte[] digest =
        MessageDigest.getInstance("SHA-256")
            .digest("azwg parked peer".getBytes(StandardCharsets.US_ASCII));
    assertArrayEquals(digest, ParkedPeer.KEY.toBytes());
  }

  @Test
  void aChangeWithoutRemovalsStaysAsItIs() {
    DeviceConfig config = peers(PeerConfig.builder(A).allowedIp(host(1)).build());
    assertSame(config, ParkedPeer.withoutMoves(config));
    assertEquals(config, ParkedPeer.parkRemovals(config));
  }

  @Test
  void aRemovalThatAnotherPeerNeedsIsLeftToTheAddition() {
    DeviceConfig config =
        peers(
            PeerConfig.builder(A).removeAllowedIp(host(1)).removeAllowedIp(host(2)).build(),
            PeerConfig.builder(B).allowedIp(host(1)).build());
    DeviceConfig expected =
        peers(
            PeerConfig.builder(A).removeAllowedIp(host(2)).build(),
            PeerConfig.builder(B).allowedIp(host(1)).build());
    assertEquals(expected, ParkedPeer.withoutMoves(config));
  }

  @Test
  void removalsGoThroughTheParkedPeerAtTheEnd() {
    DeviceConfig config =
        peers(
            PeerConfig.builder(A).removeAllowedIp(host(1)).allowedIp(host(7)).build(),
            PeerConfig.builder(B).removeAllowedIp(host(2)).build());
    DeviceConfig expected =
        peers(
            PeerConfig.builder(A).allowedIp(host(7)).build(),
            PeerConfig.builder(B).build(),
            PeerConfig.builder(ParkedPeer.KEY)
                .replaceAllowedIps()
                .allowedIp(host(1))
                .allowedIp(host(2))
                .build(),
            PeerConfig.removal(ParkedPeer.KEY));
    assertEquals(expected, ParkedPeer.parkRemovals(config));
  }

  /** A peer that is only named must not come into being where it was "update only". */
  @Test
  void updateOnlyIsKept() {
    DeviceConfig config =
        peers(PeerConfig.builder(A).updateOnly().removeAllowedIp(host(1)).build());
    assertTrue(ParkedPeer.parkRemovals(config).peers().getFirst().updateOnly());
  }

  /** For addresses that belong to whom they are removed from, both ways end the same. */
  @Test
  void bothWaysEndTheSame() {
    for (long seed = 0; seed < 500; seed++) {
      Random random = new Random(seed);
      ModelDevice inPlace = new ModelDevice();
      ModelDevice parked = new ModelDevice();
      int[] owner = new int[30];
      PeerConfig.Builder[] start = builders();
      for (int i = 0; i < owner.length; i++) {
        owner[i] = random.nextInt(3);
        start[owner[i]].allowedIp(host(i));
      }
      PeerConfig.Builder[] change = builders();
      for (int i = 0; i < owner.length; i++) {
        int next = random.nextInt(5);
        if (next < 3 && next != owner[i]) {
          change[next].allowedIp(host(i));
        }
        if (next != owner[i] && random.nextBoolean()) {
          change[owner[i]].removeAllowedIp(host(i));
        }
      }
      DeviceConfig first = build(start);
      DeviceConfig second = build(change);
      inPlace.apply(first);
      parked.apply(first);
      inPlace.apply(ParkedPeer.withoutMoves(second));
      parked.apply(ParkedPeer.parkRemovals(second));
      String replaced = "replace " + ParkedPeer.KEY;
      assertEquals(
          inPlace.state(), parked.state().replace("[" + replaced + "]", "[]"), "seed " + seed);
    }
  }

  private static PeerConfig.Builder[] builders() {
    return new PeerConfig.Builder[] {
      PeerConfig.builder(key(1)), PeerConfig.builder(key(2)), PeerConfig.builder(key(3))
    };
  }

  private static DeviceConfig build(PeerConfig.Builder[] builders) {
    return DeviceConfig.ofPeers(List.of(builders).stream().map(PeerConfig.Builder::build).toList());
  }

  private static DeviceConfig peers(PeerConfig... peers) {
    return DeviceConfig.ofPeers(List.of(peers));
  }

  private static PublicKey key(int number) {
    byte[] bytes = new byte[32];
    bytes[0] = (byte) number;
    return PublicKey.of(bytes);
  }

  private static IpPrefix host(int number) {
    try {
      return IpPrefix.ofHost("10.0.0." + number);
    } catch (AddressException e) {
      throw new IllegalArgumentException(e);
    }
  }
}
