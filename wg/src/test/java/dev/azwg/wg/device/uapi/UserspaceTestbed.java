package dev.azwg.wg.device.uapi;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.azwg.wg.device.Command;
import dev.azwg.wg.device.WireGuardClient;
import dev.azwg.wg.device.WireGuardTestbed;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * wireguard-go in a network namespace and a mount namespace that end with it, so that its socket is
 * seen by nobody else. The program is the system property {@code azwg.wireguardGo}.
 */
final class UserspaceTestbed implements WireGuardTestbed {
  private static final String PROGRAM = System.getProperty("azwg.wireguardGo", "wireguard-go");
  private static final String DEVICE = "azwg0";
  private static final long START_MILLIS = 10_000;

  private final Process process;
  private final UapiClient client;

  private UserspaceTestbed(Process process, UapiClient client) {
    this.process = process;
    this.client = client;
  }

  static UserspaceTestbed open() throws IOException, InterruptedException {
    assumeTrue(Command.succeeds("unshare", "--net", "--mount", "true"), "needs root");
    assumeTrue(Command.succeeds("which", PROGRAM), "needs wireguard-go");
    assumeTrue(Command.succeeds("which", "wg"), "needs wireguard-tools");
    assumeTrue(Files.exists(Path.of("/dev/net/tun")), "needs /dev/net/tun");
    ProcessBuilder builder =
        new ProcessBuilder(
            "unshare",
            "--net",
            "--mount",
            "sh",
            "-c",
            "mount -t tmpfs -o mode=755 azwg /run && mkdir -m 700 /run/wireguard"
                + " && exec \"$0\" -f \"$1\"",
            PROGRAM,
            DEVICE);
    builder.environment().put("LOG_LEVEL", "error");
    Process process =
        builder
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    Path directory = Path.of("/proc/" + process.pid() + "/root/run/wireguard");
    UserspaceTestbed testbed =
        new UserspaceTestbed(process, new UapiClient(directory, Duration.ofSeconds(60)));
    long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(START_MILLIS);
    while (!Files.exists(testbed.client.socket(DEVICE))) {
      if (!process.isAlive() || System.nanoTime() - deadline > 0) {
        testbed.close();
        throw new IOException(PROGRAM + " does not start");
      }
      Thread.sleep(5);
    }
    return testbed;
  }

  @Override
  public WireGuardClient client() {
    return client;
  }

  @Override
  public String device() {
    return DEVICE;
  }

  @Override
  public String run(String... command) throws IOException, InterruptedException {
    List<String> all =
        new ArrayList<>(
            List.of("nsenter", "-t", Long.toString(process.pid()), "--net", "--mount", "--"));
    all.addAll(List.of(command));
    return Command.run(all);
  }

  @Override
  public void close() {
    client.close();
    process.destroyForcibly();
    process.onExit().join();
  }
}
