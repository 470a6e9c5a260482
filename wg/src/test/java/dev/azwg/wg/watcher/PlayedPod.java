package dev.azwg.wg.watcher;

import dev.azwg.ipam.ledger.Attachment;
import dev.azwg.ipam.ledger.AttachmentKey;
import dev.azwg.ipam.ledger.Ledger;
import dev.azwg.ipam.watcher.WatcherClient;
import dev.azwg.netlink.testing.IpJson;
import dev.azwg.netlink.testing.TestNamespace;
import dev.azwg.wg.mesh.MeshFixtures;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A pod as azure-vnet attaches it in transparent mode: one address, the gateway 169.254.1.1
 * that is the node's end of its link, and a host route to its link on the node; then the plugin's part.
 */
record PlayedPod(TestNamespace namespace, String address) {
  private static final String GATEWAY = "169.254.1.1";
  private static final String MTU = "1340";

  static PlayedPod attach(
      TestNamespace node, WatcherProcess watcher, TestNamespace pod, String address)
      throws IOException {
    String link = "azv" + address.replace(".", "");
    node.ip("link", "add", link, "type", "veth", "peer", "name", "eth0", "netns", pod.name());
    node.exec("sysctl", "-qw", "net.ipv4.ip_forward=1");
    node.ip("link", "set", link, "up");
    pod.ip("addr", "add", address + "/32", "dev", "eth0");
    pod.ip("link", "set", "eth0", "mtu", MTU, "up");
    pod.ip("neigh", "add", GATEWAY, "lladdr", mac(node, link), "dev", "eth0", "nud", "permanent");
    pod.ip("route", "add", GATEWAY, "dev", "eth0");
    pod.ip("route", "add", "default", "via", GATEWAY, "dev", "eth0");
    node.ip("route", "add", address, "dev", link);

    AttachmentKey key = new AttachmentKey(link, "eth0");
    new Ledger(watcher.stateDirectory())
        .write(
            new Attachment(
                key,
                pod.path().toString(),
                "azure",
                List.of(MeshFixtures.prefix(address)),
                Optional.empty(),
                Instant.now()));
    new WatcherClient(watcher.stateDirectory()).changed(key, Duration.ofSeconds(10));
    return new PlayedPod(pod, address);
  }

  private static String mac(TestNamespace node, String link) {
    return IpJson.parse(node.ip("-j", "link", "show", link)).getFirst().get("address").getAsString();
  }
}
