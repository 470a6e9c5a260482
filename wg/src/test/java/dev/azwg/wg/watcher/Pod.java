package dev.azwg.wg.watcher;

import static dev.azwg.wg.mesh.MeshFixtures.prefix;

import dev.azwg.ipam.address.IpPrefix;
import dev.azwg.ipam.ledger.Attachment;
import dev.azwg.ipam.ledger.AttachmentKey;
import dev.azwg.ipam.ledger.Ledger;
import dev.azwg.ipam.watcher.WatcherClient;
import dev.azwg.netlink.testing.TestNamespace;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A pod, attached as azure-vnet does it in transparent mode: a veth pair whose end on the node has
 * a name that begins with {@code azv}, a host route to it, and a gateway of 169.254.1.1 that nobody
 * has. Its MTU is the tunnel's.
 */
final class Pod {
  private Pod() {}

  /** Gives the node a pod with these addresses, and writes its attachment. */
  static void attach(
      Fabric fabric,
      TestNamespace node,
      WatcherProcess watcher,
      TestNamespace pod,
      String... having)
      throws IOException {
    String link = "azv" + pod.name().substring(pod.name().lastIndexOf('-') + 1);
    node.ip("link", "add", link, "type", "veth", "peer", "name", "eth0", "netns", pod.name());
    node.ip("link", "set", link, "up");
    pod.exec("sysctl", "-qw", "net.ipv6.conf.all.accept_dad=0", "net.ipv6.conf.eth0.accept_dad=0");
    pod.ip("link", "set", "eth0", "mtu", "1340", "up");
    String mac = mac(node, link);
    List<IpPrefix> addresses = new ArrayList<>();
    for (String address : having) {
      boolean ipv6 = address.contains(":");
      String family = ipv6 ? "-6" : "-4";
      String gateway = ipv6 ? "fe80::1234:5678:9abc" : "169.254.1.1";
      pod.ip(family, "addr", "add", address + (ipv6 ? "/128" : "/32"), "dev", "eth0");
      pod.ip(family, "route", "add", gateway, "dev", "eth0");
      pod.ip(family, "route", "add", "default", "via", gateway, "dev", "eth0");
      pod.ip("neigh", "replace", gateway, "lladdr", mac, "dev", "eth0", "nud", "permanent");
      node.ip(family, "route", "add", address, "dev", link);
      node.ip(
          "neigh", "replace", address, "lladdr", mac(pod, "eth0"), "dev", link, "nud", "permanent");
      fabric.route(node, address);
      addresses.add(prefix(address));
    }
    AttachmentKey key = new AttachmentKey(pod.name(), "eth0");
    new Ledger(watcher.stateDirectory())
        .write(
            new Attachment(
                key, pod.path().toString(), "azure", addresses, Optional.empty(), Instant.now()));
    new WatcherClient(watcher.stateDirectory()).changed(key, Duration.ofSeconds(10));
  }

  private static String mac(TestNamespace namespace, String link) {
    return namespace
        .exec("ip", "-j", "link", "show", link)
        .replaceFirst("(?s).*?\"address\":\"([0-9a-f:]+)\".*", "$1");
  }
}
