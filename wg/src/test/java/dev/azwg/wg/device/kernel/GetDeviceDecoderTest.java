package dev.azwg.wg.device.kernel;

import static dev.azwg.wg.device.kernel.WireGuardFamily.*;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.azwg.netlink.AttributeReader;
import dev.azwg.netlink.AttributeWriter;
import dev.azwg.netlink.NetlinkException;
import dev.azwg.wg.device.Device;
import dev.azwg.wg.device.Peer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class GetDeviceDecoderTest {
  private static final byte[] KEY = key(1);

  private static DevicePart decode(byte[] attributes) throws NetlinkException {
    return GetDeviceDecoder.decode(AttributeReader.of("WG_CMD_GET_DEVICE", attributes));
  }

  private static Device assemble(byte[]... messages) throws NetlinkException {
    List<DevicePart> parts = new ArrayList<>();
    for (byte[] message : messages) {
      parts.add(decode(message));
    }
    return GetDeviceDecoder.assemble("azwg0", parts);
  }

  @Test
  void readsWhatTheKernelSends() throws NetlinkException {
    assumeTrue(Recording.isUsable(), "needs a little endian machine");
    Device device = assemble(Recording.attributes("get-device.hex", "dump"));
    assertEquals(
        "5KWUtcEx7VcrXZamf4usWbahKszrQHilUQ8j363grmY=",
        device.publicKey().orElseThrow().toString());
    assertEquals(51820, device.listenPort());
    assertEquals(0x100000, device.fwmark());
    assertEquals(2, device.peers().size());
    Peer first = device.peers().getFirst();
    assertEquals("vj0wAqaBKv0EIyGB6HDW4s3yKBEgNOUsOLDwCc+LFnw=", first.publicKey().toString());
    assertEquals("192.0.2.7:51820", first.endpoint().orElseThrow().toString());
    assertEquals("[10.0.0.1/32, 2001:db8::/64]", first.allowedIps().toString());
    assertEquals(25, first.persistentKeepalive());
    assertTrue(first.hasPresharedKey());
    assertEquals(Optional.empty(), first.lastHandshake());
    Peer second = device.peers().getLast();
    assertEquals("[2001:db8::7]:51821", second.endpoint().orElseThrow().toString());
    assertEquals(List.of(), second.allowedIps());
  }

  /** Cut short or with a wrong byte, a message is read differently or refused, nothing else. */
  @Test
  void everythingWrongIsAnErrorOfTheProtocol() {
    byte[] good = Recording.attributes("get-device.hex", "dump");
    for (int length = 0; length < good.length; length++) {
      decodeAnything(Arrays.copyOf(good, length));
    }
    Random random = new Random(4);
    for (int i = 0; i < 20_000; i++) {
      byte[] bad = good.clone();
      int changes = random.nextInt(1, 4);
      for (int j = 0; j < changes; j++) {
        bad[random.nextInt(bad.length)] = (byte) random.nextInt();
      }
      decodeAnything(bad);
    }
  }

  private static void decodeAnything(byte[] attributes) {
    try {
      assemble(attributes);
    } catch (NetlinkException e) {
      assertEquals(NetlinkException.Reason.MALFORMED, e.reason());
    }
  }

  @Test
  void putsPeersTogetherThatAreSplitOverMessages() throws NetlinkException {
    byte[] first =
        device(writer -> {
          writer.u16(WGDEVICE_A_LISTEN_PORT, 51820);
          peers(
              writer,
              peer(key(1), p -> allowedIps(p, "10.0.0.1")),
              peer(
                  key(2),
                  p -> {
                    p.u16(WGPEER_A_PERSISTENT_KEEPALIVE_INTERVAL, 7);
                    p.u64(WGPEER_A_RX_BYTES, 12);
                    allowedIps(p, "10.0.0.2");
                  }));
        });
    byte[] second = device(writer -> peers(writer, peer(key(2), p -> allowedIps(p, "10.0.0.3"))));
    byte[] third =
        device(writer ->
            peers(writer, peer(key(2), p -> allowedIps(p, "10.0.0.4")), peer(key(3), p -> {})));
    Device device = assemble(first, second, third);
    assertEquals(51820, device.listenPort());
    assertEquals(3, device.peers().size());
    Peer split = device.peers().get(1);
    assertEquals("[10.0.0.2/32, 10.0.0.3/32, 10.0.0.4/32]", split.allowedIps().toString());
    assertEquals(7, split.persistentKeepalive());
    assertEquals(12, split.rxBytes());
  }

  @Test
  void readsHandshakesAndCounters() throws NetlinkException {
    byte[] timespec =
        ByteBuffer.allocate(16)
            .order(ByteOrder.nativeOrder())
            .putLong(1_700_000_000)
            .putLong(5)
            .array();
    byte[] message =
        device(writer ->
            peers(
                writer,
                peer(
                    KEY,
                    p -> {
                      p.bytes(WGPEER_A_LAST_HANDSHAKE_TIME, timespec);
                      p.u64(WGPEER_A_RX_BYTES, 1L << 40);
                      p.u64(WGPEER_A_TX_BYTES, 3);
                    })));
    Peer peer = assemble(message).peers().getFirst();
    assertEquals(Optional.of(Instant.ofEpochSecond(1_700_000_000, 5)), peer.lastHandshake());
    assertEquals(1L << 40, peer.rxBytes());
    assertEquals(3, peer.txBytes());
  }

  @Test
  void aPeerThatRoamedToPortZeroHasNoEndpoint() throws NetlinkException {
    byte[] sockaddr = new byte[16];
    ByteBuffer.wrap(sockaddr).order(ByteOrder.nativeOrder()).putShort((short) 2);
    byte[] message =
        device(writer -> peers(writer, peer(KEY, p -> p.bytes(WGPEER_A_ENDPOINT, sockaddr))));
    assertEquals(Optional.empty(), assemble(message).peers().getFirst().endpoint());
  }

  @Test
  void refusesWhatDoesNotFitTogether() {
    List<Consumer<AttributeWriter>> wrong =
        List.of(
            p -> p.bytes(WGPEER_A_ENDPOINT, new byte[16]),
            p -> p.bytes(WGPEER_A_ENDPOINT, new byte[1]),
            p -> p.bytes(WGPEER_A_PRESHARED_KEY, new byte[31]),
            p -> p.bytes(WGPEER_A_LAST_HANDSHAKE_TIME, new byte[8]),
            p -> p.u32(WGPEER_A_RX_BYTES, 1),
            p -> allowedIp(p, 10, new byte[] {10, 0, 0, 1}, 32),
            p -> allowedIp(p, 2, new byte[] {10, 0, 0, 1}, 33),
            p -> allowedIp(p, 2, new byte[] {10, 0, 0, 1}, 24),
            p -> allowedIp(p, 2, new byte[16], 32),
            p -> allowedIp(p, 2, new byte[5], 32));
    for (Consumer<AttributeWriter> content : wrong) {
      byte[] message = device(writer -> peers(writer, peer(KEY, content)));
      NetlinkException e = assertThrows(NetlinkException.class, () -> decode(message));
      assertEquals(NetlinkException.Reason.MALFORMED, e.reason());
    }
    byte[] nameless = device(writer -> peers(writer, p -> p.u64(WGPEER_A_RX_BYTES, 1)));
    assertThrows(NetlinkException.class, () -> decode(nameless));
  }

  private static byte[] key(int number) {
    byte[] key = new byte[32];
    key[0] = (byte) number;
    return key;
  }

  private static byte[] device(Consumer<AttributeWriter> content) {
    AttributeWriter writer = new AttributeWriter();
    content.accept(writer);
    return writer.toByteArray();
  }

  @SafeVarargs
  private static void peers(AttributeWriter writer, Consumer<AttributeWriter>... peers) {
    writer.nested(
        WGDEVICE_A_PEERS,
        members -> {
          for (Consumer<AttributeWriter> peer : peers) {
            members.nested(ARRAY_MEMBER, peer);
          }
        });
  }

  private static Consumer<AttributeWriter> peer(byte[] key, Consumer<AttributeWriter> content) {
    return writer -> {
      writer.bytes(WGPEER_A_PUBLIC_KEY, key);
      content.accept(writer);
    };
  }

  private static void allowedIps(AttributeWriter peer, String address) {
    allowedIp(peer, 2, java.net.InetAddress.ofLiteral(address).getAddress(), 32);
  }

  private static void allowedIp(AttributeWriter peer, int family, byte[] address, int length) {
    peer.nested(
        WGPEER_A_ALLOWEDIPS,
        members ->
            members.nested(
                ARRAY_MEMBER,
                member ->
                    member
                        .u16(WGALLOWEDIP_A_FAMILY, family)
                        .bytes(WGALLOWEDIP_A_IPADDR, address)
                        .u8(WGALLOWEDIP_A_CIDR_MASK, length)));
  }
}
