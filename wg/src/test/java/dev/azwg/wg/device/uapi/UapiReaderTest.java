package dev.azwg.wg.device.uapi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.azwg.netlink.libc.Errno;
import dev.azwg.wg.device.Device;
import dev.azwg.wg.device.Peer;
import dev.azwg.wg.device.WireGuardException;
import dev.azwg.wg.device.WireGuardException.Reason;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UapiReaderTest {
  private static final String PRIVATE =
      "b834015e744c0e477b44124c3a4dd9a94b0222ad8b2f7b8731831d18f12a1958";
  private static final String PEER =
      "be3d3002a6812afd04232181e870d6e2cdf228112034e52c38b0f009cf8b167c";
  private static final String ZERO = "0".repeat(64);
  private static final String GOOD =
      "private_key="
          + PRIVATE
          + "\nlisten_port=51820\nfwmark=2147483648\npublic_key="
          + PEER
          + "\npreshared_key="
          + PRIVATE
          + "\nprotocol_version=1\nendpoint=[2001:db8::7]:51821\n"
          + "last_handshake_time_sec=1700000000\nlast_handshake_time_nsec=999999999\n"
          + "tx_bytes=9223372036854775807\nrx_bytes=4\npersistent_keepalive_interval=25\n"
          + "allowed_ip=10.0.0.1/32\nallowed_ip=2001:db8::/64\nnew_in_2030=x=y\n"
          + "public_key="
          + PRIVATE
          + "\npreshared_key="
          + ZERO
          + "\nendpoint=[fe80::1%eth0]:1\nlast_handshake_time_sec=0\nlast_handshake_time_nsec=0\n"
          + "allowed_ip=::ffff:10.0.0.1/128\nerrno=0\n\n";

  private static UapiAnswer<Device> read(String answer) throws IOException {
    return read(answer.getBytes(StandardCharsets.ISO_8859_1), 7);
  }

  /** The answer, in pieces of this size. */
  private static UapiAnswer<Device> read(byte[] answer, int piece) throws IOException {
    int[] position = {0};
    UapiInput input =
        bytes -> {
          int count = Math.min(piece, answer.length - position[0]);
          System.arraycopy(answer, position[0], bytes, 0, count);
          position[0] += count;
          return count == 0 ? -1 : count;
        };
    try (UapiLines lines = new UapiLines("azwg0", input)) {
      return new UapiReader("azwg0", lines).device();
    }
  }

  @Test
  void readsEverything() throws IOException {
    UapiAnswer<Device> answer = read(GOOD);
    assertEquals(Errno.NONE, answer.errno());
    Device device = answer.value();
    assertEquals(
        "5KWUtcEx7VcrXZamf4usWbahKszrQHilUQ8j363grmY=",
        device.publicKey().orElseThrow().toString());
    assertEquals(51820, device.listenPort());
    assertEquals(0x80000000, device.fwmark());
    Peer first = device.peers().getFirst();
    assertEquals("vj0wAqaBKv0EIyGB6HDW4s3yKBEgNOUsOLDwCc+LFnw=", first.publicKey().toString());
    assertTrue(first.hasPresharedKey());
    assertEquals("[2001:db8::7]:51821", first.endpoint().orElseThrow().toString());
    assertEquals(
        Optional.of(Instant.ofEpochSecond(1_700_000_000, 999_999_999)), first.lastHandshake());
    assertEquals(Long.MAX_VALUE, first.txBytes());
    assertEquals(4, first.rxBytes());
    assertEquals(25, first.persistentKeepalive());
    assertEquals("[10.0.0.1/32, 2001:db8::/64]", first.allowedIps().toString());
    Peer second = device.peers().getLast();
    assertFalse(second.hasPresharedKey());
    assertEquals(Optional.empty(), second.endpoint());
    assertEquals(Optional.empty(), second.lastHandshake());
    assertEquals("[]", second.allowedIps().toString());
  }

  @Test
  void aDeviceWithoutAKey() throws IOException {
    assertEquals(Optional.empty(), read("errno=0\n\n").value().publicKey());
    assertEquals(
        Optional.empty(), read("private_key=" + ZERO + "\nerrno=0\n\n").value().publicKey());
  }

  @ParameterizedTest
  @ValueSource(strings = {"errno=22\n\n", "errno=-22\n\n", "listen_port=1\nerrno=22\n\n"})
  void errorsOfBothSigns(String answer) throws IOException {
    assertEquals(Errno.EINVAL, read(answer).errno());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "\n",
        "errno=0\n",
        "errno=0",
        "listen_port=1\n\n",
        "errno=0\nlisten_port=1\n\n",
        "errno=0\nerrno=0\n\n",
        "errno=\n\n",
        "errno=x\n\n",
        "errno=-\n\n",
        "errno=--1\n\n",
        "errno=4096\n\n",
        "errno=99999999999999999999999\n\n",
        "errno\n\n",
        "=0\nerrno=0\n\n",
        "listen_port=65536\nerrno=0\n\n",
        "listen_port=+1\nerrno=0\n\n",
        "listen_port= 1\nerrno=0\n\n",
        "fwmark=4294967296\nerrno=0\n\n",
        "private_key=00\nerrno=0\n\n",
        "public_key=" + PEER + "0\nerrno=0\n\n",
        "public_key=" + PEER + "\npublic_key=" + PEER + "\nerrno=0\n\n",
        "public_key=0000000000000000000000000000000000000000000000000000000000000000\nerrno=0\n\n",
        "allowed_ip=10.0.0.1/32\nerrno=0\n\n",
        "rx_bytes=1\nerrno=0\n\n",
        "public_key=" + PEER + "\nallowed_ip=10.0.0.1\nerrno=0\n\n",
        "public_key=" + PEER + "\nallowed_ip=10.0.0.1/24\nerrno=0\n\n",
        "public_key=" + PEER + "\nallowed_ip=10.0.0.1/33\nerrno=0\n\n",
        "public_key=" + PEER + "\nrx_bytes=9223372036854775808\nerrno=0\n\n",
        "public_key=" + PEER + "\nrx_bytes=\nerrno=0\n\n",
        "public_key=" + PEER + "\nlast_handshake_time_nsec=1000000000\nerrno=0\n\n",
        "public_key=" + PEER + "\nlast_handshake_time_sec=-1\nerrno=0\n\n",
        "public_key=" + PEER + "\npersistent_keepalive_interval=65536\nerrno=0\n\n",
        "public_key=" + PEER + "\npreshared_key=zz\nerrno=0\n\n",
        "listen_port=1\r\nerrno=0\r\n\r\n",
        "x=\u0000\nerrno=0\n\n",
        "x=\u00e9\nerrno=0\n\n",
      })
  void refuses(String answer) {
    WireGuardException e = assertThrows(WireGuardException.class, () -> read(answer));
    assertEquals(Reason.PROTOCOL, e.reason());
  }

  @Test
  void linesAreBounded() throws IOException {
    String longest = "x=" + "y".repeat(UapiLines.MAX_LINE - 2);
    assertEquals(Errno.NONE, read(longest + "\nerrno=0\n\n").errno());
    assertThrows(WireGuardException.class, () -> read(longest + "y\nerrno=0\n\n"));
  }

  @Test
  void theWholeIsBounded() {
    byte[] line = "x=yyyyyyyyyyyy\n".repeat(4096).getBytes(StandardCharsets.US_ASCII);
    UapiInput endless =
        bytes -> {
          System.arraycopy(line, 0, bytes, 0, line.length);
          return line.length;
        };
    try (UapiLines lines = new UapiLines("azwg0", endless, 1 << 20)) {
      WireGuardException e =
          assertThrows(WireGuardException.class, () -> new UapiReader("azwg0", lines).device());
      assertEquals(Reason.PROTOCOL, e.reason());
    }
  }

  @Test
  void errorsNeverQuoteAKey() {
    String answer = "private_key=" + PRIVATE.substring(1) + "\nerrno=0\n\n";
    WireGuardException e = assertThrows(WireGuardException.class, () -> read(answer));
    assertFalse(e.toString().contains(PRIVATE.substring(1, 9)), e.toString());
  }

  /** Cut short or with wrong bytes, an answer is read differently or refused, nothing else. */
  @Test
  void everythingWrongIsAnErrorOfTheProtocol() throws IOException {
    byte[] good = GOOD.getBytes(StandardCharsets.US_ASCII);
    for (int length = 0; length < good.length; length++) {
      byte[] cut = Arrays.copyOf(good, length);
      WireGuardException e = assertThrows(WireGuardException.class, () -> read(cut, 64));
      assertEquals(Reason.PROTOCOL, e.reason());
    }
    Random random = new Random(6);
    for (int i = 0; i < 5000; i++) {
      byte[] bad = good.clone();
      bad[random.nextInt(bad.length)] = (byte) random.nextInt();
      try {
        read(bad, 64);
      } catch (WireGuardException e) {
        assertEquals(Reason.PROTOCOL, e.reason());
      }
    }
  }
}
