package dev.azwg.wg.device.kernel;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.azwg.netlink.libc.JnaLibc;
import dev.azwg.netlink.netns.NetworkNamespace;
import dev.azwg.wg.device.Command;
import dev.azwg.wg.device.WireGuardClient;
import dev.azwg.wg.device.WireGuardTestbed;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** A device of the kernel in a network namespace. */
final class KernelTestbed implements WireGuardTestbed {
  private static final String DEVICE = "azwg0";

  private final String namespace;
  private final KernelClient client;

  private KernelTestbed(String namespace, KernelClient client) {
    this.namespace = namespace;
    this.client = client;
  }

  static KernelTestbed open(int messageLimit) throws IOException, InterruptedException {
    String namespace = "azwg-" + UUID.randomUUID().toString().substring(0, 8);
    assumeTrue(Command.succeeds("ip", "netns", "add", namespace), "needs root");
    try {
      assumeTrue(
          Command.succeeds("ip", "-n", namespace, "link", "add", DEVICE, "type", "wireguard"),
          "needs a kernel with WireGuard");
      assumeTrue(Command.succeeds("which", "wg"), "needs wireguard-tools");
      JnaLibc libc = new JnaLibc();
      KernelClient client =
          NetworkNamespace.call(
              libc,
              Path.of("/run/netns", namespace),
              () -> KernelClient.open(libc, DEVICE, messageLimit));
      return new KernelTestbed(namespace, client);
    } catch (IOException | RuntimeException e) {
      Command.succeeds("ip", "netns", "del", namespace);
      throw e;
    }
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
    List<String> all = new ArrayList<>(List.of("ip", "netns", "exec", namespace));
    all.addAll(List.of(command));
    return Command.run(all);
  }

  @Override
  public void close() throws IOException {
    client.close();
    try {
      Command.run(List.of("ip", "netns", "del", namespace));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    }
  }
}
