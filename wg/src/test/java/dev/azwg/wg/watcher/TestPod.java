package dev.azwg.wg.watcher;

import static dev.azwg.wg.mesh.MeshFixtures.prefix;

import dev.azwg.ipam.ledger.Attachment;
import dev.azwg.ipam.ledger.AttachmentKey;
import dev.azwg.ipam.ledger.Ledger;
import dev.azwg.ipam.ledger.LinkMtus;
import dev.azwg.netlink.testing.TestNamespace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A pod that is attached as azure-vnet does it in transparent mode, and recorded as the plugin
 * does.
 */
record TestPod(TestNamespace node, TestNamespace pod, String address, String hostLink) {
  private static final String GATEWAY = "169.254.1.1";

  /** Attaches a pod; the ledger is not written. */
  static TestPod attach(TestNamespace node, TestNamespace pod, String address) {
    String hostLink = "azv" + address.replace(".", "");
    node.ip("link", "add", hostLink, "type", "veth", "peer", "name", "eth0", "netns", pod.name());
    node.ip("link", "set", hostLink, "up");
    node.ip("route", "add", address, "dev", hostLink, "proto", "static");
    node.exec("sysctl", "-qw", "net.ipv4.ip_forward=1");
    pod.ip("addr", "add", address + "/32", "dev", "eth0");
    pod.ip("link", "set", "eth0", "up");
    pod.ip("route", "add", GATEWAY, "dev", "eth0", "scope", "link");
    pod.ip("route", "add", "default", "via", GATEWAY, "dev", "eth0");
    String shown = node.ip("-o", "link", "show", hostLink);
    String mac = shown.substring(shown.indexOf("link/ether ") + 11).substring(0, 17);
    pod.ip("neigh", "add", GATEWAY, "lladdr", mac, "dev", "eth0", "nud", "permanent");
    return new TestPod(node, pod, address, hostLink);
  }

  /** The network between the nodes knows that the pod is on that node. */
  void isReachedThrough(Fabric fabric) {
    fabric.route(node, address);
  }

  AttachmentKey key() {
    return new AttachmentKey(address.replace(".", ""), "eth0");
  }

  void record(Path stateDirectory) throws IOException {
    record(stateDirectory, Optional.empty());
  }

  /**
   * Records the attachment.
   *
   * @param found what the plugin found; empty if the link is to be left alone
   */
  void record(Path stateDirectory, Optional<LinkMtus> found) throws IOException {
    Files.createDirectories(stateDirectory);
    new Ledger(stateDirectory)
        .write(
            new Attachment(
                key(),
                pod.path().toString(),
                "azure",
                List.of(prefix(address)),
                Optional.empty(),
                found,
                Instant.now()));
  }

  /** Gives both ends an MTU, as the plugin does when it attaches. */
  TestPod withMtu(int mtu) {
    pod.ip("link", "set", "eth0", "mtu", Integer.toString(mtu));
    node.ip("link", "set", hostLink, "mtu", Integer.toString(mtu));
    return this;
  }

  int mtu() {
    return mtu(pod, "eth0");
  }

  int hostMtu() {
    return mtu(node, hostLink);
  }

  private static int mtu(TestNamespace namespace, String link) {
    String shown = namespace.ip("-o", "link", "show", link);
    String from = shown.substring(shown.indexOf(" mtu ") + 5);
    return Integer.parseInt(from.substring(0, from.indexOf(' ')));
  }
}
