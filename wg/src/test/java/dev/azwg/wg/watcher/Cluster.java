package dev.azwg.wg.watcher;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.azwg.netlink.testing.TestNamespace;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Nodes with one pod each on a fabric, all with the same set-up: node {@code i}, counted from 0,
 * has the address 10.240.0.(4+i), or fd00:240::(4+i), and its pod 10.240.(1+i).10, or
 * fd00:240:(1+i)::10.
 */
final class Cluster implements AutoCloseable {
  private static final String[] NAMES = {"a", "b", "c"};

  private final Fabric fabric;
  private final List<TestNamespace> nodes = new ArrayList<>();
  private final List<TestNamespace> pods = new ArrayList<>();
  private final List<WatcherProcess> watchers = new ArrayList<>();

  /** Which families a network has. */
  enum Families {
    IPV4(true, false),
    IPV6(false, true),
    BOTH(true, true);

    private final boolean ipv4;
    private final boolean ipv6;

    Families(boolean ipv4, boolean ipv6) {
      this.ipv4 = ipv4;
      this.ipv6 = ipv6;
    }
  }

  /**
   * Starts a watcher on each node and attaches the pods.
   *
   * @param underlay the families of the nodes' addresses
   * @param overlay the families of the pods' addresses
   * @param places the fabric, then a node and its pod, and so on
   */
  Cluster(
      WatcherSetup setup,
      Path directory,
      Families underlay,
      Families overlay,
      TestNamespace... places)
      throws IOException {
    fabric = new Fabric(places[0]);
    for (int i = 0; 2 * i + 2 < places.length; i++) {
      TestNamespace node = places[2 * i + 1];
      nodes.add(node);
      pods.add(places[2 * i + 2]);
      if (underlay.ipv4) {
        fabric.join(node, nodeAddress(i));
      }
      if (underlay.ipv6) {
        fabric.joinIpv6(node, nodeAddressIpv6(i));
      }
      watchers.add(WatcherProcess.start(node, NAMES[i], directory, setup));
    }
    for (int i = 0; i < nodes.size(); i++) {
      WatcherProcess watcher = watchers.get(i);
      watcher.await("peers", () -> watcher.peers() == nodes.size() - 1);
      List<String> addresses = new ArrayList<>();
      if (overlay.ipv4) {
        addresses.add(podAddress(i));
      }
      if (overlay.ipv6) {
        addresses.add(podAddressIpv6(i));
      }
      Pod.attach(fabric, nodes.get(i), watcher, pods.get(i), addresses.toArray(String[]::new));
    }
    for (int i = 0; i < nodes.size(); i++) {
      for (int j = 0; j < nodes.size(); j++) {
        if (i != j && overlay.ipv4) {
          watchers.get(i).awaitRoutes(podAddress(j) + " dev " + watchers.get(i).device());
        }
        if (i != j && overlay.ipv6) {
          watchers.get(i).awaitRoutes(podAddressIpv6(j) + " dev " + watchers.get(i).device());
        }
      }
    }
  }

  static String nodeAddress(int index) {
    return "10.240.0." + (4 + index);
  }

  static String nodeAddressIpv6(int index) {
    return "fd00:240::" + (4 + index);
  }

  static String podAddress(int index) {
    return "10.240." + (1 + index) + ".10";
  }

  static String podAddressIpv6(int index) {
    return "fd00:240:" + (1 + index) + "::10";
  }

  Fabric fabric() {
    return fabric;
  }

  TestNamespace node(int index) {
    return nodes.get(index);
  }

  TestNamespace pod(int index) {
    return pods.get(index);
  }

  WatcherProcess watcher(int index) {
    return watchers.get(index);
  }

  /** Sets the reverse path filter of every interface of every node. */
  void reversePathFilter(int value) {
    for (TestNamespace node : nodes) {
      node.exec(
          "sh",
          "-c",
          "for f in /proc/sys/net/ipv4/conf/*/rp_filter; do echo " + value + " >$f; done");
    }
  }

  /** Every ping is answered; returns how many clear packets passed the fabric meanwhile. */
  long pings(TestNamespace from, String to) {
    long clear = fabric.clear();
    String shown = from.exec("ping", "-q", "-n", "-c", "5", "-i", "0.02", "-W", "2", to);
    assertTrue(shown.contains("5 packets transmitted, 5 received"), shown);
    return fabric.clear() - clear;
  }

  @Override
  public void close() {
    watchers.forEach(WatcherProcess::close);
  }
}
