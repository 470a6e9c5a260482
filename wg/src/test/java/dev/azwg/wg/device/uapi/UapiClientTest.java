package dev.azwg.wg.device.uapi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.azwg.ipam.address.IpPrefix;
import dev.azwg.netlink.libc.Errno;
import dev.azwg.wg.device.DeviceConfig;
import dev.azwg.wg.device.ParkedPeer;
import dev.azwg.wg.device.PeerConfig;
import dev.azwg.wg.device.WireGuardException;
import dev.azwg.wg.device.WireGuardException.Reason;
import dev.azwg.wg.key.PublicKey;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UapiClientTest {
  private static final Duration LONG = Duration.ofSeconds(30);
  private static final PublicKey PEER = PublicKey.of(peerBytes());

  @TempDir private Path directory;

  private static byte[] peerBytes() {
    byte[] bytes = new byte[32];
    bytes[0] = 9;
    return bytes;
  }

  private static DeviceConfig removal() {
    return DeviceConfig.ofPeers(
        List.of(
            PeerConfig.builder(PEER)
                .removeAllowedIp(IpPrefix.hostOf(InetAddress.ofLiteral("10.0.0.1")))
                .build()));
  }

  private Reason failure(FakeUapiServer server, Duration timeout) {
    try (UapiClient client = new UapiClient(directory, timeout)) {
      return assertThrows(WireGuardException.class, () -> client.device(server.device())).reason();
    }
  }

  @Test
  void aServerThatNeverAnswersIsGivenUp() throws IOException {
    try (FakeUapiServer server = FakeUapiServer.silent(directory)) {
      assertEquals(Reason.TIMEOUT, failure(server, Duration.ofMillis(100)));
    }
  }

  @Test
  void aServerThatAnswersBitByBitForEverIsGivenUp() throws IOException {
    try (FakeUapiServer server = FakeUapiServer.answering(directory, request -> "x=y\n")) {
      assertEquals(Reason.TIMEOUT, failure(server.keepingOpen(), Duration.ofMillis(100)));
    }
  }

  @Test
  void aServerThatHangsUpIsAnError() throws IOException {
    try (FakeUapiServer server = FakeUapiServer.answering(directory, request -> "fwmark=1\n")) {
      assertEquals(Reason.PROTOCOL, failure(server, LONG));
    }
  }

  @Test
  void errorsAreTranslated() throws IOException {
    try (FakeUapiServer server = FakeUapiServer.answering(directory, request -> "errno=-98\n\n");
        UapiClient client = new UapiClient(directory, LONG)) {
      WireGuardException e =
          assertThrows(
              WireGuardException.class,
              () ->
                  client.configure(server.device(), DeviceConfig.builder().listenPort(1).build()));
      assertEquals(Reason.REFUSED, e.reason());
      assertEquals(Errno.EADDRINUSE, e.errno());
      assertTrue(e.toString().contains("EADDRINUSE"), e.toString());
    }
  }

  /** wireguard-go stops reading where it refuses, answers, and closes. */
  @Test
  void theAnswerCountsAlsoIfTheRequestWasNotReadToItsEnd() throws IOException {
    try (FakeUapiServer server = FakeUapiServer.refusingEarly(directory);
        UapiClient client = new UapiClient(directory, LONG)) {
      PeerConfig large =
          PeerConfig.builder(PEER)
              .allowedIps(
                  Collections.nCopies(100_000, IpPrefix.hostOf(InetAddress.ofLiteral("10.0.0.1"))))
              .build();
      WireGuardException e =
          assertThrows(
              WireGuardException.class,
              () -> client.configure(server.device(), DeviceConfig.ofPeers(List.of(large))));
      assertEquals(Errno.EINVAL, e.errno());
    }
  }

  @Test
  void noSocketAndNobodyBehindIt() throws IOException {
    try (UapiClient client = new UapiClient(directory, LONG)) {
      WireGuardException e = assertThrows(WireGuardException.class, () -> client.device("azwg0"));
      assertEquals(Reason.NO_DEVICE, e.reason());
      String device;
      try (FakeUapiServer server = FakeUapiServer.silent(directory)) {
        device = server.device();
      }
      assertTrue(Files.exists(directory.resolve(device + ".sock")));
      e = assertThrows(WireGuardException.class, () -> client.device(device));
      assertEquals(Reason.NO_DEVICE, e.reason());
    }
  }

  @Test
  void aServerThatRemovesInPlaceIsAskedOnceAndThenTold() throws IOException {
    try (FakeUapiServer server = FakeUapiServer.answering(directory, request -> "errno=0\n\n");
        UapiClient client = new UapiClient(directory, LONG)) {
      client.configure(server.device(), removal());
      client.configure(server.device(), removal());
      assertEquals(3, server.requests().size());
      assertTrue(
          server.requests().getFirst().contains("update_only=true\nallowed_ip=-192.0.2.1/32"));
      assertTrue(server.requests().get(1).contains("\nallowed_ip=-10.0.0.1/32\n"));
      assertEquals(server.requests().get(1), server.requests().get(2));
    }
  }

  @Test
  void anOlderServerIsGivenTheParkedPeer() throws IOException {
    try (FakeUapiServer server =
            FakeUapiServer.answering(
                directory,
                request -> request.contains("allowed_ip=-") ? "errno=-22\n\n" : "errno=0\n\n");
        UapiClient client = new UapiClient(directory, LONG)) {
      assertFalse(client.canRemoveAllowedIp(server.device()));
      client.configure(server.device(), removal());
      byte[] hex = new byte[64];
      ParkedPeer.KEY.writeHex(hex, 0);
      String parked = new String(hex, java.nio.charset.StandardCharsets.US_ASCII);
      assertTrue(
          server
              .requests()
              .getLast()
              .endsWith(
                  "public_key="
                      + parked
                      + "\nreplace_allowed_ips=true\nallowed_ip=10.0.0.1/32\npublic_key="
                      + parked
                      + "\nremove=true\n\n"));
    }
  }

  /** After a failure the process may be another one: what it can do is tried again. */
  @Test
  void whatAServerCanDoIsForgottenAfterAFailure() throws IOException {
    int[] failures = {1};
    try (FakeUapiServer server =
            FakeUapiServer.answering(
                directory,
                request -> {
                  boolean fail = request.contains("-10.0.0.1") && failures[0]-- > 0;
                  return fail ? "errno=-22\n\n" : "errno=0\n\n";
                });
        UapiClient client = new UapiClient(directory, LONG)) {
      assertThrows(WireGuardException.class, () -> client.configure(server.device(), removal()));
      client.configure(server.device(), removal());
      assertEquals(4, server.requests().size());
    }
  }
}
