package dev.azwg.wg.watcher;

import static dev.azwg.wg.mesh.MeshFixtures.address;
import static dev.azwg.wg.mesh.MeshFixtures.prefix;
import static dev.azwg.wg.watcher.PlayedNode.now;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import dev.azwg.ipam.ledger.Attachment;
import dev.azwg.ipam.ledger.AttachmentKey;
import dev.azwg.ipam.ledger.Ledger;
import dev.azwg.ipam.watcher.WatcherClient;
import dev.azwg.netlink.testing.NamespaceExtension;
import dev.azwg.netlink.testing.TestNamespace;
import dev.azwg.wg.device.Endpoint;
import dev.azwg.wg.key.PublicKey;
import dev.azwg.wg.mesh.MeshFixtures;
import dev.azwg.wg.mesh.PeerRecord;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Three watchers that are told contradictions, and what each of them makes of it. */
@Tag("network")
@ExtendWith(NamespaceExtension.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@Timeout(120)
class ClaimScenariosNetworkTest {
  private static final String A = "10.240.0.4";
  private static final String B = "10.240.0.5";
  private static final String C = "10.240.0.6";
  private static final String POD = "10.240.9.10";
  private static final String NEVER = "20.1.2.0/24";

  private static final List<String> FORBIDDEN =
      List.of(
          "168.63.129.16",
          "169.254.0.0/16",
          "169.254.169.254",
          "fe80::/10",
          "fe80::1234:5678:9abc",
          "127.0.0.1",
          "::1",
          "224.0.0.1",
          "ff02::1",
          "255.255.255.255",
          "0.0.0.0/0",
          "::/0",
          NEVER,
          "20.1.2.3");

  private final Map<String, WatcherProcess> watchers = new TreeMap<>();
  private final Map<String, TestNamespace> namespaces = new TreeMap<>();
  private Fabric fabric;
  private Path peers;

  @BeforeAll
  void start(
      @TempDir Path directory,
      TestNamespace bridge,
      TestNamespace first,
      TestNamespace second,
      TestNamespace third)
      throws IOException {
    fabric = new Fabric(bridge);
    namespaces.putAll(Map.of("a", first, "b", second, "c", third));
    fabric.join(first, A);
    fabric.join(second, B);
    fabric.join(third, C);
    WatcherSetup setup = WatcherSetup.USUAL.neverTunnelling(prefix(NEVER));
    for (Map.Entry<String, TestNamespace> each : namespaces.entrySet()) {
      watchers.put(
          each.getKey(), WatcherProcess.start(each.getValue(), each.getKey(), directory, setup));
    }
    peers = directory.resolve("peers");
    converged(Map.of());
  }

  @AfterAll
  void stop() {
    watchers.values().forEach(WatcherProcess::close);
  }

  private WatcherProcess watcher(String node) {
    return Objects.requireNonNull(watchers.get(node));
  }

  private TestNamespace namespace(String node) {
    return Objects.requireNonNull(namespaces.get(node));
  }

  /**
   * Every node has the others' addresses in the tunnel, and these as well: the node that has each,
   * or nobody.
   */
  private void converged(Map<String, String> holders) {
    Map<String, String> nodes = Map.of("a", A, "b", B, "c", C);
    watchers.forEach((node, watcher) -> {
      Map<String, String> expected = new TreeMap<>();
      nodes.forEach((other, address) -> {
        if (!other.equals(node)) {
          expected.put(address, watcher.device());
        }
      });
      holders.forEach((address, holder) ->
          expected.put(
              address,
              holder.equals(node) || !nodes.containsKey(holder) ? "throw" : watcher.device()));
      watcher.awaitTable(expected);
    });
  }

  private void attach(String node, boolean present) throws IOException {
    AttachmentKey key = new AttachmentKey("pod", "eth0");
    Ledger ledger = new Ledger(watcher(node).stateDirectory());
    if (present) {
      ledger.write(
          new Attachment(
              key,
              "/run/netns/pod",
              "azure",
              List.of(prefix(POD)),
              Optional.empty(),
              Instant.now()));
    } else {
      assertTrue(ledger.remove(key));
    }
    new WatcherClient(watcher(node).stateDirectory()).changed(key, Duration.ofSeconds(10));
  }

  private static List<String> findings(WatcherProcess watcher) {
    List<String> findings = new ArrayList<>();
    try {
      watcher
          .status()
          .getAsJsonArray("findings")
          .forEach(each -> {
            JsonObject finding = each.getAsJsonObject();
            findings.add(
                finding.get("kind").getAsString()
                    + " "
                    + finding.get("node").getAsString()
                    + " "
                    + finding.get("subject").getAsString());
          });
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return findings;
  }

  private void awaitFinding(String finding) {
    watchers.values().forEach(each -> each.await(finding, () -> findings(each).contains(finding)));
  }

  private void encrypted(String from, String to) {
    long clear = fabric.clear();
    long before = fabric.encrypted();
    namespace(from).exec("ping", "-c", "2", "-i", "0.02", "-W", "5", to);
    assertTrue(fabric.encrypted() >= before + 4);
    assertEquals(clear, fabric.clear());
  }

  private PublicKey key(String node) throws Exception {
    return PublicKey.parse(watcher(node).status().get("publicKey").getAsString());
  }

  private static JsonObject peer(WatcherProcess watcher, String node) {
    return watcher.peer(node).orElseThrow();
  }

  @Test
  @Order(1)
  void ofTwoNodesWithOneAddressTheNewestHasItEverywhereAndItIsTold() throws Exception {
    attach("b", true);
    converged(Map.of(POD, "b"));
    attach("c", true);
    converged(Map.of(POD, "c"));
    awaitFinding("SUPERSEDED_CLAIM b " + POD + "/32");
    for (String node : List.of("a", "b")) {
      AllowedIps allowed = AllowedIps.of(namespace(node), watcher(node).device());
      assertTrue(allowed.of(key("c")).contains(POD), allowed::toString);
    }
    attach("c", false);
    converged(Map.of(POD, "b"));
    attach("b", false);
    converged(Map.of());
  }

  @Test
  @Order(2)
  void ofTwoNodesWithOneKeyTheIncumbentStaysInTheTunnelAlsoWhenAWatcherBeginsAnew()
      throws Exception {
    PublicKey key = key("b");
    Map<String, String> since = new HashMap<>();
    for (String node : List.of("a", "c")) {
      since.put(node, peer(watcher(node), "b").get("pathSince").getAsString());
    }
    // An older date than the incumbent's, and a name that sorts before it.
    PeerRecord intruder =
        new PeerRecord(
            "a0",
            Optional.of(key),
            MeshFixtures.EPOCH,
            List.of(new Endpoint(address("10.240.0.66"), 51820)),
            List.of(address("10.240.0.66")),
            true,
            now("10.240.9.66"));
    PlayedNode.write(peers.resolve("a0.json"), intruder);
    awaitFinding("DUPLICATE_KEY a0 " + key);
    converged(Map.of("10.240.0.66", "a0", "10.240.9.66", "a0"));
    for (String node : List.of("a", "c")) {
      JsonObject b = peer(watcher(node), "b");
      assertEquals(key.toString(), b.get("publicKey").getAsString());
      assertEquals(since.get(node), b.get("pathSince").getAsString());
      assertEquals("VERIFIED", b.get("path").getAsString());
      encrypted(node, B);
    }
    watcher("a").stop();
    watcher("a").restart();
    watcher("a").awaitPath("b", "VERIFIED");
    awaitFinding("DUPLICATE_KEY a0 " + key);
    converged(Map.of("10.240.0.66", "a0", "10.240.9.66", "a0"));
    encrypted("a", B);
    Files.delete(peers.resolve("a0.json"));
    converged(Map.of());
  }

  @Test
  @Order(3)
  void whatMustNotBeTunnelledIsNotWhateverARecordSays() throws Exception {
    List<String> claimed = new ArrayList<>(FORBIDDEN);
    claimed.addAll(List.of(A, B, C, "10.240.0.0/24"));
    List<InetAddress> addresses = new ArrayList<>(List.of(address("10.240.0.66")));
    for (String each : FORBIDDEN) {
      if (!each.contains("/")) {
        addresses.add(address(each));
      }
    }
    PeerRecord hostile =
        new PeerRecord(
            "hostile",
            Optional.of(MeshFixtures.key(66)),
            Instant.now(),
            addresses.stream().map(each -> new Endpoint(each, 51820)).toList(),
            addresses,
            true,
            now(claimed.toArray(String[]::new)));
    Map<String, AllowedIps> before = new HashMap<>();
    namespaces.forEach(
        (node, namespace) -> before.put(node, AllowedIps.of(namespace, watcher(node).device())));
    PlayedNode.write(peers.resolve("hostile.json"), hostile);
    for (String each : FORBIDDEN) {
      awaitFinding("FORBIDDEN_ADDRESS hostile " + prefix(each));
    }
    for (String each : List.of(A, B, C, "10.240.0.0/24")) {
      awaitFinding("CLAIM_OF_NODE_ADDRESS hostile " + prefix(each));
    }
    // Nothing but the address that nobody else has.
    converged(Map.of("10.240.0.66", "hostile"));
    namespaces.forEach((node, namespace) -> {
      AllowedIps allowed = AllowedIps.of(namespace, watcher(node).device());
      assertEquals(List.of("10.240.0.66"), List.copyOf(allowed.of(MeshFixtures.key(66))));
      allowed.byKey().remove(MeshFixtures.key(66).toString());
      assertEquals(before.get(node), allowed);
    });
    encrypted("a", B);

    // Nor is a node's address by calling it one's own, neither here nor at the others.
    PlayedNode.write(
        peers.resolve("hostile.json"),
        new PeerRecord(
            "hostile",
            Optional.of(MeshFixtures.key(66)),
            Instant.now(),
            List.of(new Endpoint(address(A), 51820)),
            List.of(address(A), address(B)),
            true,
            List.of()));
    awaitFinding("NO_ENDPOINT hostile [" + A + ":51820]");
    awaitFinding("SUPERSEDED_CLAIM hostile " + A + "/32");
    converged(Map.of());
    // The hostile peer of before goes after a moment.
    namespaces.forEach((node, namespace) ->
        watcher(node)
            .await(
                "peers as before",
                () -> AllowedIps.of(namespace, watcher(node).device()).equals(before.get(node))));
    encrypted("b", A);
    Files.delete(peers.resolve("hostile.json"));
    converged(Map.of());
  }

  @Test
  @Order(4)
  void anAddressComesUpOnAnotherNodeWhileTheOneThatHadItIsDead() throws Exception {
    attach("b", true);
    converged(Map.of(POD, "b"));
    watcher("b").stop();
    namespace("b").ip("link", "del", watcher("b").device());
    attach("c", true);
    watcher("a").await("move", () -> allows("a", "c", POD));
    Map<String, String> expected = new TreeMap<>();
    List.of(B, C, POD).forEach(each -> expected.put(each, watcher("a").device()));
    watcher("a").awaitTable(expected);
    watcher("a")
        .await(
            "finding", () -> findings(watcher("a")).contains("SUPERSEDED_CLAIM b " + POD + "/32"));

    // It returns with its old ledger: that is no newer claim.
    watcher("b").restart();
    converged(Map.of(POD, "c"));
    attach("b", false);
    attach("c", false);
    converged(Map.of());
  }

  private boolean allows(String at, String node, String address) {
    try {
      return AllowedIps.of(namespace(at), watcher(at).device()).of(key(node)).contains(address);
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  @Order(5)
  void aNodeThatReturnsWithItsNameAndAddressAndANewKeyGetsANewTunnel() throws Exception {
    PublicKey old = key("b");
    JsonObject other = peer(watcher("a"), "c");
    watcher("b").stop();
    namespace("b").ip("link", "del", watcher("b").device());
    Files.delete(new StatePaths(peers.resolveSibling("b")).privateKey());
    watcher("b").restart();
    watcher("a")
        .await(
            "new key",
            () ->
                watcher("a")
                    .peer("b")
                    .map(it -> !it.get("publicKey").getAsString().equals(old.toString()))
                    .orElse(false));
    converged(Map.of());
    encrypted("a", B);
    encrypted("b", C);
    assertEquals(other.get("pathSince"), peer(watcher("a"), "c").get("pathSince"));
    watcher("a")
        .await(
            "end of the old key",
            () -> !AllowedIps.of(namespace("a"), watcher("a").device()).has(old));
  }
}
