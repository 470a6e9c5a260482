package dev.azwg.wg.watcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.azwg.netlink.testing.NamespaceExtension;
import dev.azwg.netlink.testing.TestNamespace;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@Tag("network")
@ExtendWith(NamespaceExtension.class)
@Timeout(120)
class MetricsNetworkTest {
  private static final String A = "10.240.0.4";
  private static final String B = "10.240.0.5";

  @TempDir private Path directory = Path.of("");

  private static String metrics(TestNamespace node) throws IOException {
    InetSocketAddress address =
        new InetSocketAddress(InetAddress.getLoopbackAddress(), WatcherProcess.METRICS_PORT);
    return node.call(() -> {
      try (Socket socket = new Socket()) {
        socket.setSoTimeout(10_000);
        socket.connect(address, 5000);
        socket
            .getOutputStream()
            .write("GET /metrics HTTP/1.0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      }
    });
  }

  private static double value(String metrics, String sample) {
    String line =
        metrics
            .lines()
            .filter(each -> each.startsWith(sample + " "))
            .findFirst()
            .orElseThrow(() -> new AssertionError("no " + sample + " in\n" + metrics));
    return Double.parseDouble(line.substring(line.lastIndexOf(' ')));
  }

  @Test
  void f31TheFamiliesOfCalicoArePresentAndTheBytesMoveWithTheTraffic(
      TestNamespace bridge, TestNamespace a, TestNamespace b) throws Exception {
    Fabric fabric = new Fabric(bridge);
    fabric.join(a, A);
    fabric.join(b, B);
    try (WatcherProcess nodeA = WatcherProcess.start(a, "a", directory);
        WatcherProcess nodeB = WatcherProcess.start(b, "b", directory)) {
      nodeA.awaitRoutes(B + " dev " + nodeA.device());
      nodeB.awaitRoutes(A + " dev " + nodeB.device());
      String ownKey = nodeA.status().get("publicKey").getAsString();
      String peerKey = nodeB.status().get("publicKey").getAsString();
      String peer =
          "{hostname=\"a\",peer_endpoint=\"%s:51820\",peer_key=\"%s\",public_key=\"%s\"}"
              .formatted(B, peerKey, ownKey);
      String before = metrics(a);
      assertEquals(
          1,
          value(
              before,
              "wireguard_meta{hostname=\"a\",iface=\"%s\",listen_port=\"51820\",public_key=\"%s\"}"
                  .formatted(nodeA.device(), ownKey)));
      assertTrue(value(before, "wireguard_latest_handshake_seconds" + peer) > 1.7e9);
      assertEquals(1, value(before, "azwg_nodes{path=\"encrypted\"}"));
      assertEquals(0, value(before, "azwg_nodes{path=\"plaintext\"}"));
      assertEquals(1, value(before, "azwg_allowed_ips"));
      assertEquals(1, value(before, "azwg_routes{target=\"device\"}"));
      assertEquals(1340, value(before, "azwg_mtu_bytes"));
      assertEquals(1, value(before, "azwg_ready"));
      assertEquals(1, value(before, "azwg_encryption{state=\"on\"}"));
      assertEquals(1, value(before, "azwg_paths{state=\"verified\"}"));
      assertEquals(0, value(before, "azwg_findings{kind=\"no_key\"}"));
      assertTrue(value(before, "azwg_passes_total") >= 2);
      assertEquals(0, value(before, "azwg_pass_failures_total"));
      assertTrue(value(before, "azwg_last_pass_seconds") > 0);

      double sent = value(before, "wireguard_bytes_sent" + peer);
      double received = value(before, "wireguard_bytes_rcvd" + peer);
      a.exec("ping", "-c", "3", "-i", "0.2", "-s", "1000", "-W", "5", B);
      // The page is a second old at most.
      nodeA.await(
          "bytes of the traffic",
          () -> {
            try {
              String after = metrics(a);
              return value(after, "wireguard_bytes_sent" + peer) >= sent + 3000
                  && value(after, "wireguard_bytes_rcvd" + peer) >= received + 3000;
            } catch (IOException e) {
              throw new UncheckedIOException(e);
            }
          });
    }
  }
}
