package dev.azwg.wg.watcher;

import dev.azwg.netlink.testing.TestNamespace;

/**
 * The network between the nodes of a test: a bridge in a namespace of its own, to which each node
 * is joined by its {@code eth0}.
 */
final class Fabric {
  private static final String WIREGUARD_PORT = "51820";

  private final TestNamespace bridge;
  private int ports;

  Fabric(TestNamespace bridge) {
    this.bridge = bridge;
    bridge.ip("link", "add", "br0", "type", "bridge");
    bridge.ip("link", "set", "br0", "up");
  }

  /** Joins a node with that address of 10.240.0.0/16. */
  void join(TestNamespace node, String address) {
    String port = "port" + ports++;
    node.ip("link", "add", "eth0", "type", "veth", "peer", "name", port, "netns", bridge.name());
    bridge.ip("link", "set", port, "master", "br0", "up");
    node.ip("addr", "add", address + "/16", "dev", "eth0");
    node.ip("link", "set", "eth0", "up");
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
