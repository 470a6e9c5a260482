package dev.azwg.wg.watcher;

import dev.azwg.netlink.testing.TestNamespace;
import java.util.HashMap;
import java.util.Map;

/**
 * The network between the nodes of a test, as Azure's is: it answers ARP for every address itself,
 * so that no node hears another one's, routes each address to the node that has it, and is a router
 * by the address fe80::1234:5678:9abc for IPv6. Each node is joined by its {@code eth0}. What
 * passes from node to node is counted.
 */
final class Fabric {
  private static final String WIREGUARD_PORT = "51820";
  private static final String GATEWAY = "10.240.0.1";
  private static final String GATEWAY_IPV6 = "fe80::1234:5678:9abc";

  private final TestNamespace fabric;
  private final Map<String, String> ports = new HashMap<>();
  private final Map<String, String> nodeAddresses = new HashMap<>();

  Fabric(TestNamespace fabric) {
    this.fabric = fabric;
    fabric.exec(
        "sysctl",
        "-qw",
        "net.ipv4.ip_forward=1",
        "net.ipv6.conf.all.forwarding=1",
        "net.ipv4.conf.all.send_redirects=0",
        "net.ipv4.conf.default.send_redirects=0",
        "net.ipv4.conf.all.rp_filter=0",
        "net.ipv4.conf.default.rp_filter=0",
        "net.ipv6.conf.all.accept_dad=0",
        "net.ipv6.conf.default.accept_dad=0");
    fabric.exec(
        "nft",
        "add table inet wire; add counter inet wire encrypted; add counter inet wire clear;"
            + " add chain inet wire passing { type filter hook forward priority 0; };"
            + " add rule inet wire passing udp dport "
            + WIREGUARD_PORT
            + " counter name encrypted accept; add rule inet wire passing counter name clear");
  }

  /** Joins a node with that address of 10.240.0.0/16. */
  void join(TestNamespace node, String address) {
    String port = port(node);
    node.ip("addr", "add", address + "/16", "dev", "eth0");
    node.ip("route", "add", "default", "via", GATEWAY);
    fabric.ip("route", "replace", address, "dev", port);
    fabric.ip("neigh", "replace", address, "lladdr", mac(node), "dev", port, "nud", "permanent");
    nodeAddresses.put(node.name() + "-4", address);
  }

  /** Joins a node with that IPv6 address, in addition to others or alone. */
  void joinIpv6(TestNamespace node, String address) {
    String port = port(node);
    node.ip("-6", "addr", "add", address + "/128", "dev", "eth0", "nodad");
    node.ip("-6", "route", "add", "default", "via", GATEWAY_IPV6, "dev", "eth0");
    fabric.ip("-6", "route", "replace", address, "dev", port);
    nodeAddresses.put(node.name() + "-6", address);
  }

  /** Routes a pod's address to its node, if the node has an address of its family. */
  void route(TestNamespace node, String address) {
    String family = address.contains(":") ? "-6" : "-4";
    String by = nodeAddresses.get(node.name() + family);
    if (by == null) {
      // What is encrypted needs no route of its own.
      return;
    }
    fabric.ip(family, "route", "replace", address, "via", by, "dev", port(node), "onlink");
  }

  /** How many encrypted packets have passed between nodes. */
  long encrypted() {
    return count("encrypted");
  }

  /** How many others have. */
  long clear() {
    return count("clear");
  }

  private long count(String counter) {
    String shown = fabric.exec("nft", "list", "counter", "inet", "wire", counter);
    String[] words = shown.substring(shown.indexOf("packets")).split("\\s+", 3);
    return Long.parseLong(words[1]);
  }

  private String port(TestNamespace node) {
    return ports.computeIfAbsent(
        node.name(),
        name -> {
          String port = "port" + ports.size();
          node.exec(
              "sysctl",
              "-qw",
              "net.ipv4.ip_forward=1",
              "net.ipv6.conf.all.forwarding=1",
              "net.ipv4.conf.all.send_redirects=0",
              "net.ipv4.conf.default.send_redirects=0",
              "net.ipv6.conf.all.accept_dad=0",
              "net.ipv6.conf.default.accept_dad=0");
          node.ip(
              "link", "add", "eth0", "type", "veth", "peer", "name", port, "netns", fabric.name());
          fabric.exec("sysctl", "-qw", "net.ipv4.conf." + port + ".proxy_arp=1");
          fabric.exec("sysctl", "-qw", "net.ipv4.neigh." + port + ".proxy_delay=0");
          fabric.ip("addr", "add", GATEWAY + "/32", "dev", port);
          fabric.ip("-6", "addr", "add", GATEWAY_IPV6 + "/64", "dev", port, "nodad");
          fabric.ip("link", "set", port, "up");
          node.ip("link", "set", "eth0", "up");
          return port;
        });
  }

  private static String mac(TestNamespace node) {
    String shown = node.ip("-o", "link", "show", "eth0");
    String from = shown.substring(shown.indexOf("link/ether ") + "link/ether ".length());
    return from.substring(0, from.indexOf(' '));
  }

  /** From now on no encrypted packet of the node reaches that address. */
  static void block(TestNamespace node, String address) {
    rule(node, "add", address);
  }

  static void unblock(TestNamespace node, String address) {
    rule(node, "del", address);
  }

  private static void rule(TestNamespace node, String change, String address) {
    node.ip(
        "rule",
        change,
        "pref",
        "7",
        "to",
        address,
        "ipproto",
        "udp",
        "dport",
        WIREGUARD_PORT,
        "blackhole");
  }
}
