package dev.azwg.wg.watcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonParser;
import dev.azwg.netlink.testing.NamespaceExtension;
import dev.azwg.netlink.testing.TestNamespace;
import dev.azwg.wg.key.KeyFormatException;
import dev.azwg.wg.key.PublicKey;
import dev.azwg.wg.mesh.MeshFixtures;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Three nodes with watchers and pods, a client outside, and what is on the wire between them. */
@Tag("network")
@ExtendWith(NamespaceExtension.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(120)
class TrafficScenariosNetworkTest {
  private static final String A = "10.240.0.4";
  private static final String B = "10.240.0.5";
  private static final String C = "10.240.0.6";
  private static final String CLIENT = "10.240.0.100";

  /** A ping of 56 bytes, padded to 96, with WireGuard's header and tag. */
  private static final int ECHO = 128;

  private record Place(TestNamespace namespace, String address) {}

  private final Map<String, WatcherProcess> watchers = new TreeMap<>();
  private final Map<String, TestNamespace> nodes = new TreeMap<>();
  private Path directory;
  private Place a1;
  private Place a2;
  private Place b1;
  private Place c1;
  private TestNamespace client;

  @BeforeAll
  void start(
      @TempDir Path temporary,
      TestNamespace bridge,
      TestNamespace a,
      TestNamespace b,
      TestNamespace c,
      TestNamespace podA1,
      TestNamespace podA2,
      TestNamespace podB1,
      TestNamespace podC1,
      TestNamespace outside)
      throws IOException {
    directory = temporary;
    client = outside;
    Fabric fabric = new Fabric(bridge);
    nodes.putAll(Map.of(A, a, B, b, C, c));
    for (String address : List.of(A, B, C)) {
      fabric.join(node(address), address);
    }
    watchers.put(A, WatcherProcess.start(a, "a", directory));
    watchers.put(B, WatcherProcess.start(b, "b", directory));
    watchers.put(C, WatcherProcess.start(c, "c", directory));
    for (WatcherProcess each : watchers.values()) {
      each.await("start", () -> each.log().contains("record published"));
    }
    fabric.join(client, CLIENT);
    a1 = attach(fabric, A, podA1, "10.240.1.10");
    a2 = attach(fabric, A, podA2, "10.240.1.11");
    b1 = attach(fabric, B, podB1, "10.240.2.10");
    c1 = attach(fabric, C, podC1, "10.240.3.10");
    converged();
  }

  /** A pod of a node, to which the client knows the way over that node. */
  private Place attach(Fabric fabric, String node, TestNamespace pod, String address)
      throws IOException {
    Pod.attach(fabric, node(node), watcher(node), pod, address);
    client.ip("route", "add", address, "via", node);
    return new Place(pod, address);
  }

  @AfterAll
  void stop() {
    watchers.values().forEach(WatcherProcess::close);
  }

  private TestNamespace node(String address) {
    return Objects.requireNonNull(nodes.get(address));
  }

  private WatcherProcess watcher(String address) {
    return Objects.requireNonNull(watchers.get(address));
  }

  private void converged() {
    table(A, Map.of(B, "", "10.240.2.10", "", C, "", "10.240.3.10", ""), a1, a2);
    table(B, Map.of(A, "", "10.240.1.10", "", "10.240.1.11", "", C, "", "10.240.3.10", ""), b1);
    table(C, Map.of(A, "", "10.240.1.10", "", "10.240.1.11", "", B, "", "10.240.2.10", ""), c1);
  }

  private void table(String address, Map<String, String> remote, Place... local) {
    Map<String, String> expected = new TreeMap<>();
    remote.keySet().forEach(prefix -> expected.put(prefix, watcher(address).device()));
    for (Place pod : local) {
      expected.put(pod.address(), "throw");
    }
    watcher(address).awaitTable(expected);
  }

  private static void ping(TestNamespace from, String to) {
    ping(from, to, 1);
  }

  private static void ping(TestNamespace from, String to, int count) {
    from.exec("ping", "-c", "" + count, "-i", "0.02", "-W", "5", to);
  }

  private static void doesNotAnswer(TestNamespace from, String to) {
    assertThrows(IllegalStateException.class, () -> from.exec("ping", "-c", "1", "-W", "1", to));
  }

  private String key(String node) throws IOException {
    return JsonParser.parseString(Files.readString(record(node)))
        .getAsJsonObject()
        .get("publicKey")
        .getAsString();
  }

  private Path record(String node) {
    return directory.resolve("peers/" + node + ".json");
  }

  /** Bytes received and sent over the tunnel to a peer. */
  private List<Long> transferred(String address, String key) {
    String line =
        node(address)
            .exec("wg", "show", watcher(address).device(), "transfer")
            .lines()
            .filter(each -> each.startsWith(key))
            .findFirst()
            .orElseThrow();
    String[] fields = line.split("\t", -1);
    return List.of(Long.parseLong(fields[1]), Long.parseLong(fields[2]));
  }

  @Test
  void f02And20And21EveryNodeHasItsDeviceAndOneRuleThatSparesWhatIsMarked() {
    nodes.forEach((address, namespace) -> {
      String link = namespace.ip("-d", "link", "show", watcher(address).device());
      assertTrue(link.contains("mtu 1340") && link.contains(",UP"), link);
      List<String> rules =
          namespace.ip("rule").lines().filter(line -> line.contains("51820")).toList();
      assertEquals(
          List.of("99:\tnot from all fwmark 0x100000/0x100000 lookup 51820 proto 142"), rules);
    });
  }

  @Test
  void f03And22And25TablesAndAllowedIpsAreExactlyWhatTheNodesAndTheirPodsHave()
      throws IOException, KeyFormatException {
    converged();
    AllowedIps atA = AllowedIps.of(node(A), watcher(A).device());
    assertEquals(Set.of(B, "10.240.2.10"), atA.of(PublicKey.parse(key("b"))));
    assertEquals(Set.of(C, "10.240.3.10"), atA.of(PublicKey.parse(key("c"))));
    AllowedIps atB = AllowedIps.of(node(B), watcher(B).device());
    assertEquals(Set.of(A, "10.240.1.10", "10.240.1.11"), atB.of(PublicKey.parse(key("a"))));
    assertEquals(2, atA.byKey().size());
  }

  @Test
  void f06And07AKeyThatSomebodyElseWroteIntoTheRecordIsReplacedByTheNodesOwn() throws IOException {
    String own = node(A).exec("wg", "show", watcher(A).device(), "public-key").strip();
    assertEquals(own, key("a"));
    PlayedNode.write(record("a"), MeshFixtures.node("a", 77, A));
    watcher(A).await("own key", () -> own.equals(keyOrEmpty("a")));
    for (String address : List.of(B, C)) {
      watcher(address)
          .await(
              "peer",
              () ->
                  watcher(address)
                      .peer("a")
                      .map(peer -> peer.get("publicKey").getAsString().equals(own))
                      .orElse(false));
    }
    converged();
    ping(b1.namespace(), a1.address());
  }

  private String keyOrEmpty(String node) {
    try {
      return key(node);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void f08And26BetweenPodsAndBetweenNodesEverythingIsInTheTunnel() throws IOException {
    List<Long> before = transferred(A, key("b"));
    try (WireCapture wire = WireCapture.of(node(A))) {
      ping(a1.namespace(), b1.address(), 12);
      ping(node(A), B, 12);
      watcher(A).await("requests", () -> wire.encrypted(A, B, ECHO) >= 24);
      watcher(A).await("answers", () -> wire.encrypted(B, A, ECHO) >= 24);
      assertEquals(List.of(), wire.clear());
    }
    List<Long> after = transferred(A, key("b"));
    assertTrue(after.get(0) - before.get(0) >= 24 * ECHO, before + " " + after);
    assertTrue(after.get(1) - before.get(1) >= 24 * ECHO, before + " " + after);
  }

  @Test
  void f09To12AFirewallThatAdmitsOnlyWireGuardToTheNodesLeavesPodsConnected() {
    String admitted = "udp dport 51820 accept";
    for (String rules :
        List.of(
            admitted + ",drop",
            "iifname eth0 " + admitted + ",drop",
            admitted,
            "iifname eth0 " + admitted)) {
      String policy = rules.endsWith("drop") ? "accept" : "drop";
      for (String address : List.of(A, B)) {
        filter(address, "type filter hook input priority 0; policy " + policy, rules);
      }
      ping(a1.namespace(), b1.address(), 2);
      ping(b1.namespace(), a1.address(), 2);
      if (policy.equals("drop") && rules.startsWith("iifname")) {
        // What is for the node itself is the firewall's matter, encrypted or not.
        doesNotAnswer(a1.namespace(), B);
      }
      for (String address : List.of(A, B)) {
        node(address).exec("nft", "delete", "table", "inet", "scenario");
      }
    }
  }

  /** A chain of the base, and rules separated by commas, in a table of its own. */
  private void filter(String address, String base, String rules) {
    String script = "add table inet scenario; add chain inet scenario c { " + base + "; }";
    for (String rule : rules.split(",", -1)) {
      script += "; add rule inet scenario c " + rule;
    }
    node(address).exec("nft", script);
  }

  @Test
  void f13WhatPodsMayNotSendIsNotInTheTunnelAndIsOnceTheyMay() throws IOException {
    try (WireCapture wire = WireCapture.of(node(A))) {
      filter(A, "type filter hook forward priority 0", "iifname \"azv*\" drop");
      doesNotAnswer(a1.namespace(), b1.address());
      node(A).exec("nft", "delete", "table", "inet", "scenario");
      ping(a1.namespace(), b1.address(), 3);
      watcher(A).await("answers", () -> wire.encrypted(B, A, ECHO) >= 3);
      // Packets are seen in order: these are all that were sent.
      assertEquals(3, wire.encrypted(A, B, ECHO));
      assertEquals(List.of(), wire.clear());
    }
  }

  @Test
  void f18And29WhatANodeAndWhatUsesItsNetworkSendsToPodsIsEncrypted() throws IOException {
    try (WireCapture wire = WireCapture.of(node(A))) {
      ping(node(A), b1.address(), 3);
      ping(node(A), c1.address(), 3);
      ping(b1.namespace(), A, 3);
      watcher(A).await("to b", () -> wire.encrypted(A, B, ECHO) >= 6);
      watcher(A).await("to c", () -> wire.encrypted(A, C, ECHO) >= 3);
      assertEquals(List.of(), wire.clear());
    }
    ping(node(A), a1.address());
    ping(node(A), a2.address());
  }

  @Test
  void f27PodsOfOneNodeReachEachOtherWithoutTheTunnel() throws IOException {
    try (WireCapture wire = WireCapture.of(node(A))) {
      ping(a1.namespace(), a2.address(), 5);
      // What comes after is seen, and nothing was before it.
      ping(a1.namespace(), b1.address(), 1);
      watcher(A).await("answer", () -> wire.encrypted(B, A, ECHO) >= 1);
      assertEquals(1, wire.encrypted(A, B, ECHO) + wire.encrypted(A, C, ECHO));
      assertEquals(List.of(), wire.clear());
    }
  }

  @Test
  void f28EveryPodReachesEveryPodOfAnotherNode() {
    for (Place from : List.of(a1, a2, b1, c1)) {
      for (Place to : List.of(a1, a2, b1, c1)) {
        if (!from.equals(to)) {
          ping(from.namespace(), to.address());
        }
      }
    }
  }

  @Test
  void f30AClientOutsideReachesEveryPodOverItsNode() {
    for (Place pod : List.of(a1, a2, b1, c1)) {
      ping(client, pod.address(), 2);
    }
  }
}
