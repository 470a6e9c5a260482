package dev.azwg.wg.device.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.azwg.ipam.address.AddressException;
import dev.azwg.ipam.address.IpPrefix;
import dev.azwg.netlink.AttributeWriter;
import dev.azwg.wg.device.DeviceConfig;
import dev.azwg.wg.device.Endpoint;
import dev.azwg.wg.device.ModelDevice;
import dev.azwg.wg.device.PeerConfig;
import dev.azwg.wg.key.KeyFormatException;
import dev.azwg.wg.key.PresharedKey;
import dev.azwg.wg.key.PrivateKey;
import dev.azwg.wg.key.PublicKey;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SetDeviceEncoderTest {
  private static final PublicKey PEER1 = key("vj0wAqaBKv0EIyGB6HDW4s3yKBEgNOUsOLDwCc+LFnw=");
  private static final PublicKey PEER2 = key("aiewXelZR0LETCakARC1jvLdZ7cXLey4xYjBbtpTfrA=");

  @ParameterizedTest
  @ValueSource(
      strings = {
        "device",
        "peer",
        "endpoint6",
        "add2",
        "noallowed",
        "remove",
        "fwmarkoff",
        "setconf"
      })
  void sendsWhatWgSends(String name) throws Exception {
    assumeTrue(Recording.isUsable(), "needs a little endian machine");
    try (PrivateKey privateKey =
            PrivateKey.parse(ascii("uDQBXnRMDkd7RBJMOk3ZqUsCIq2LL3uHMYMdGPEqGVg="));
        PresharedKey presharedKey =
            PresharedKey.parse(ascii("SMflkjsdfhweuhHUIHQWEfhqwuefhiwuehfUIHWEFh8="))) {
      List<byte[]> messages =
          encode(
              Objects.requireNonNull(changes(privateKey, presharedKey).get(name)),
              AttributeWriter.MAX_LENGTH);
      assertEquals(1, messages.size());
      HexFormat hex = HexFormat.of();
      assertEquals(
          hex.formatHex(Recording.attributes("wg-set.hex", name)),
          hex.formatHex(messages.getFirst()));
    }
  }

  private static Map<String, DeviceConfig> changes(PrivateKey privateKey, PresharedKey presharedKey)
      throws IOException {
    return Map.of(
        "device",
        DeviceConfig.builder().privateKey(privateKey).listenPort(51820).fwmark(0x100000).build(),
        "peer",
        peers(
            PeerConfig.builder(PEER1)
                .presharedKey(presharedKey)
                .endpoint(new Endpoint(InetAddress.ofLiteral("192.0.2.7"), 51820))
                .persistentKeepalive(25)
                .replaceAllowedIps()
                .allowedIp(prefix("10.0.0.1/32"))
                .allowedIp(prefix("2001:db8::/64"))
                .build()),
        "endpoint6",
        peers(
            PeerConfig.builder(PEER1)
                .endpoint(new Endpoint(InetAddress.ofLiteral("2001:db8::7"), 51821))
                .build()),
        "add2",
        peers(
            PeerConfig.builder(PEER1).replaceAllowedIps().allowedIp(prefix("10.0.0.1/32")).build(),
            PeerConfig.builder(PEER2).replaceAllowedIps().allowedIp(prefix("10.0.0.2/32")).build()),
        "noallowed",
        peers(PeerConfig.builder(PEER1).replaceAllowedIps().build()),
        "remove",
        peers(PeerConfig.removal(PEER1)),
        "fwmarkoff",
        DeviceConfig.builder().fwmark(0).build(),
        "setconf",
        DeviceConfig.builder()
            .privateKey(privateKey)
            .listenPort(51822)
            .fwmark(0x100000)
            .replacePeers()
            .peer(
                PeerConfig.builder(PEER2)
                    .replaceAllowedIps()
                    .allowedIp(prefix("10.0.0.3/32"))
                    .build())
            .build());
  }

  /** Cutting a change must not change what it does, nor replace or key anything twice. */
  @Test
  void everyLimitHasTheSameEffect() throws IOException {
    for (long seed = 0; seed < 300; seed++) {
      Random random = new Random(seed);
      DeviceConfig first = randomConfig(random);
      DeviceConfig second = randomConfig(random);
      ModelDevice whole = new ModelDevice();
      whole.apply(first);
      whole.apply(second);
      int limit =
          random.nextInt(
              SetDeviceEncoder.MIN_LIMIT, random.nextBoolean() ? 600 : AttributeWriter.MAX_LENGTH);
      ModelDevice cut = new ModelDevice();
      for (DeviceConfig config : List.of(first, second)) {
        for (byte[] message : encode(config, limit)) {
          assertTrue(message.length <= limit, () -> message.length + " > " + limit);
          cut.apply(SetDeviceDecoder.decode(message));
        }
      }
      assertEquals(whole.state(), cut.state(), "seed " + seed + ", limit " + limit);
    }
  }

  @Test
  void theSmallestLimitHasRoomForTheLargestPeer() throws IOException {
    try (PrivateKey privateKey = PrivateKey.of(new byte[32]);
        PresharedKey presharedKey = PresharedKey.of(new byte[32])) {
      DeviceConfig config =
          DeviceConfig.builder()
              .privateKey(privateKey)
              .listenPort(1)
              .fwmark(1)
              .replacePeers()
              .peer(
                  PeerConfig.builder(PEER1)
                      .updateOnly()
                      .presharedKey(presharedKey)
                      .endpoint(new Endpoint(InetAddress.ofLiteral("2001:db8::7"), 1))
                      .persistentKeepalive(1)
                      .replaceAllowedIps()
                      .removeAllowedIp(prefix("2001:db8::/64"))
                      .build())
              .build();
      List<byte[]> messages = new ArrayList<>();
      new SetDeviceEncoder(
              "a".repeat(15),
              SetDeviceEncoder.MIN_LIMIT,
              attributes -> messages.add(attributes.toByteArray()))
          .encode(config);
      assertEquals(1, messages.size());
      assertTrue(messages.getFirst().length <= SetDeviceEncoder.MIN_LIMIT);
    }
    assertThrows(
        IllegalArgumentException.class,
        () -> new SetDeviceEncoder("a", SetDeviceEncoder.MIN_LIMIT - 1, attributes -> {}));
  }

  /** The writer is wiped after each message, so that no key stays in it. */
  @Test
  void nothingStaysInTheWriter() throws IOException {
    List<AttributeWriter> writers = new ArrayList<>();
    new SetDeviceEncoder("azwg0", 400, writers::add).encode(randomConfig(new Random(1)));
    assertTrue(writers.size() > 1);
    writers.forEach(writer -> assertEquals(0, writer.size()));
    assertThrows(
        IOException.class,
        () ->
            new SetDeviceEncoder(
                    "azwg0",
                    400,
                    attributes -> {
                      writers.add(attributes);
                      throw new IOException("no");
                    })
                .encode(DeviceConfig.builder().fwmark(1).build()));
    assertEquals(0, writers.getLast().size());
  }

  private static List<byte[]> encode(DeviceConfig config, int limit) throws IOException {
    List<byte[]> messages = new ArrayList<>();
    new SetDeviceEncoder("azwg0", limit, attributes -> messages.add(attributes.toByteArray()))
        .encode(config);
    return messages;
  }

  private static DeviceConfig randomConfig(Random random) {
    DeviceConfig.Builder device = DeviceConfig.builder();
    if (random.nextBoolean()) {
      device.listenPort(random.nextInt(1 << 16));
    }
    if (random.nextBoolean()) {
      device.fwmark(random.nextInt());
    }
    if (random.nextInt(4) == 0) {
      device.replacePeers();
    }
    int peers = random.nextInt(1, 12);
    for (int i = 0; i < peers; i++) {
      device.peer(randomPeer(random));
    }
    return device.build();
  }

  private static PeerConfig randomPeer(Random random) {
    byte[] bytes = new byte[32];
    bytes[0] = (byte) random.nextInt(1, 12);
    PublicKey key = PublicKey.of(bytes);
    if (random.nextInt(5) == 0) {
      return PeerConfig.removal(key);
    }
    PeerConfig.Builder peer = PeerConfig.builder(key);
    if (random.nextInt(4) == 0) {
      peer.updateOnly();
    }
    if (random.nextInt(3) == 0) {
      peer.replaceAllowedIps();
    }
    if (random.nextBoolean()) {
      byte[] preshared = new byte[32];
      preshared[5] = (byte) random.nextInt(2);
      peer.presharedKey(PresharedKey.of(preshared));
    }
    if (random.nextBoolean()) {
      String address = random.nextBoolean() ? "192.0.2.7" : "2001:db8::7";
      peer.endpoint(new Endpoint(InetAddress.ofLiteral(address), random.nextInt(1, 1 << 16)));
    }
    if (random.nextBoolean()) {
      peer.persistentKeepalive(random.nextInt(1 << 16));
    }
    int addresses = random.nextInt(40);
    for (int i = 0; i < addresses; i++) {
      IpPrefix prefix =
          random.nextBoolean()
              ? prefix("10.0.0." + random.nextInt(64) + "/32")
              : prefix("2001:db8::" + random.nextInt(64) + "/128");
      if (random.nextInt(4) == 0) {
        peer.removeAllowedIp(prefix);
      } else {
        peer.allowedIp(prefix);
      }
    }
    return peer.build();
  }

  private static DeviceConfig peers(PeerConfig... peers) {
    return DeviceConfig.ofPeers(List.of(peers));
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  private static PublicKey key(String text) {
    try {
      return PublicKey.parse(text);
    } catch (KeyFormatException e) {
      throw new IllegalArgumentException(e);
    }
  }

  private static IpPrefix prefix(String text) {
    try {
      return IpPrefix.parse(text);
    } catch (AddressException e) {
      throw new IllegalArgumentException(e);
    }
  }
}
