package dev.azwg.wg.device;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.azwg.wg.device.WireGuardException.Reason;
import dev.azwg.wg.key.PublicKey;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConfigTest {
  private static final PublicKey KEY = ParkedPeer.KEY;

  @Test
  void aPeerNeedsAKey() {
    PublicKey zero = PublicKey.of(new byte[32]);
    assertThrows(IllegalArgumentException.class, () -> PeerConfig.removal(zero));
    assertThrows(IllegalArgumentException.class, () -> PeerConfig.builder(zero).build());
  }

  @Test
  void numbersAreInTheirRange() {
    assertThrows(
        IllegalArgumentException.class,
        () -> PeerConfig.builder(KEY).persistentKeepalive(-1).build());
    assertThrows(
        IllegalArgumentException.class,
        () -> PeerConfig.builder(KEY).persistentKeepalive(65536).build());
    assertThrows(
        IllegalArgumentException.class, () -> DeviceConfig.builder().listenPort(-1).build());
    assertThrows(
        IllegalArgumentException.class, () -> DeviceConfig.builder().listenPort(65536).build());
  }

  @Test
  void aRemovedPeerIsNotChanged() {
    assertThrows(
        IllegalArgumentException.class,
        () ->
            new PeerConfig(
                KEY,
                true,
                false,
                Optional.empty(),
                Optional.empty(),
                OptionalInt.empty(),
                false,
                List.of(ParkedPeer.PROBE),
                List.of()));
  }

  @Test
  void nothingIsEmptyAndAnythingIsNot() {
    assertTrue(DeviceConfig.builder().build().isEmpty());
    assertFalse(DeviceConfig.builder().fwmark(0).build().isEmpty());
    assertFalse(DeviceConfig.builder().replacePeers().build().isEmpty());
    assertFalse(DeviceConfig.ofPeers(List.of(PeerConfig.removal(KEY))).isEmpty());
  }

  @ParameterizedTest
  @ValueSource(strings = {"azwg0", "a", "123456789012345", "wg-0_x.y", "..."})
  void deviceNames(String name) throws WireGuardException {
    assertEquals(name, DeviceName.require(name));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ".",
        "..",
        "1234567890123456",
        "a/b",
        "a b",
        "a:b",
        "a\u0000",
        "\u00e4",
        "a\n"
      })
  void noDeviceNames(String name) {
    WireGuardException e = assertThrows(WireGuardException.class, () -> DeviceName.require(name));
    assertEquals(Reason.NO_DEVICE, e.reason());
  }
}
