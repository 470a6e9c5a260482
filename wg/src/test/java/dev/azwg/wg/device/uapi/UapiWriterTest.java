package dev.azwg.wg.device.uapi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.azwg.wg.device.DeviceConfig;
import dev.azwg.wg.device.Endpoint;
import dev.azwg.wg.device.ParkedPeer;
import dev.azwg.wg.device.PeerConfig;
import dev.azwg.wg.key.KeyFormatException;
import dev.azwg.wg.key.PresharedKey;
import dev.azwg.wg.key.PrivateKey;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class UapiWriterTest {
  private static final String PARKED =
      "6a27b05de9594742c44c26a40110b58ef2dd67b7172decb8c588c16eda537eb0";

  private static String set(DeviceConfig config) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (UapiWriter writer = new UapiWriter((bytes, length) -> out.write(bytes, 0, length))) {
      writer.set(config);
    }
    return out.toString(StandardCharsets.US_ASCII);
  }

  @Test
  void get() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (UapiWriter writer = new UapiWriter((bytes, length) -> out.write(bytes, 0, length))) {
      writer.get();
    }
    assertEquals("get=1\n\n", out.toString(StandardCharsets.US_ASCII));
  }

  @Test
  void everything() throws IOException, KeyFormatException {
    byte[] base64 =
        "uDQBXnRMDkd7RBJMOk3ZqUsCIq2LL3uHMYMdGPEqGVg=".getBytes(StandardCharsets.US_ASCII);
    try (PrivateKey key = PrivateKey.parse(base64);
        PresharedKey preshared = PresharedKey.none()) {
      DeviceConfig config =
          DeviceConfig.builder()
              .privateKey(key)
              .listenPort(51820)
              .fwmark(0x80000000)
              .replacePeers()
              .peer(
                  PeerConfig.builder(ParkedPeer.KEY)
                      .updateOnly()
                      .presharedKey(preshared)
                      .endpoint(new Endpoint(InetAddress.ofLiteral("2001:db8::7"), 1))
                      .persistentKeepalive(25)
                      .replaceAllowedIps()
                      .allowedIp(ParkedPeer.PROBE)
                      .removeAllowedIp(ParkedPeer.PROBE)
                      .build())
              .peer(PeerConfig.removal(ParkedPeer.KEY))
              .build();
      assertEquals(
          """
          set=1
          private_key=b834015e744c0e477b44124c3a4dd9a94b0222ad8b2f7b8731831d18f12a1958
          listen_port=51820
          fwmark=2147483648
          replace_peers=true
          public_key=%1$s
          update_only=true
          preshared_key=%2$s
          endpoint=[2001:db8::7]:1
          persistent_keepalive_interval=25
          replace_allowed_ips=true
          allowed_ip=192.0.2.1/32
          allowed_ip=-192.0.2.1/32
          public_key=%1$s
          remove=true

          """
              .formatted(PARKED, "0".repeat(64)),
          set(config));
    }
  }

  @Test
  void largeRequestsGoOutInPieces() throws IOException {
    List<Integer> pieces = new ArrayList<>();
    PeerConfig peer =
        PeerConfig.builder(ParkedPeer.KEY)
            .allowedIps(Collections.nCopies(10_000, ParkedPeer.PROBE))
            .build();
    try (UapiWriter writer = new UapiWriter((bytes, length) -> pieces.add(length))) {
      writer.set(DeviceConfig.ofPeers(List.of(peer)));
    }
    int expected =
        "set=1\n\n".length()
            + "public_key=\n".length()
            + 64
            + 10_000 * "allowed_ip=192.0.2.1/32\n".length();
    assertEquals(expected, pieces.stream().mapToInt(Integer::intValue).sum());
    assertTrue(pieces.stream().allMatch(length -> length <= 64 << 10));
  }
}
