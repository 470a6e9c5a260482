package dev.azwg.wg.watcher;

import dev.azwg.netlink.testing.TestNamespace;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** What tcpdump(8) sees of IPv4 on a node's NIC, a line for each packet. */
final class WireCapture implements AutoCloseable {
  private static final String PORT = "51820";

  private final Process process;
  private final List<String> lines = new CopyOnWriteArrayList<>();

  private WireCapture(Process process) {
    this.process = process;
  }

  /** Sees every packet from when this returns. */
  static WireCapture of(TestNamespace node) throws IOException {
    Process process =
        new ProcessBuilder(
                "nsenter",
                "--net=" + node.path(),
                "tcpdump",
                "-nlqt",
                "--immediate-mode",
                "-i",
                "eth0",
                "ip")
            .redirectErrorStream(true)
            .start();
    WireCapture capture = new WireCapture(process);
    BufferedReader output =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    for (String line = output.readLine(); ; line = output.readLine()) {
      if (line == null) {
        throw new IOException("tcpdump has ended");
      }
      if (line.startsWith("listening on")) {
        break;
      }
    }
    Thread.ofPlatform().daemon().name("tcpdump").start(() -> capture.read(output));
    return capture;
  }

  private void read(BufferedReader output) {
    try {
      for (String line = output.readLine(); line != null; line = output.readLine()) {
        if (line.startsWith("IP ")) {
          lines.add(line);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Encrypted packets of one node to another that carry this many bytes. */
  long encrypted(String from, String to, int length) {
    String packet = "IP " + from + "." + PORT + " > " + to + "." + PORT + ": UDP, length " + length;
    return lines.stream().filter(packet::equals).count();
  }

  /** Packets that are not WireGuard's. */
  List<String> clear() {
    return lines.stream().filter(line -> !line.contains("." + PORT + ": UDP")).toList();
  }

  @Override
  public void close() {
    process.destroy();
    process.onExit().join();
  }
}
