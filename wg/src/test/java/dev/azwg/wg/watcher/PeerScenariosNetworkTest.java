package dev.azwg.wg.watcher;

import static dev.azwg.wg.mesh.MeshFixtures.prefix;
import static dev.azwg.wg.watcher.PlayedNode.now;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.azwg.ipam.ledger.Attachment;
import dev.azwg.ipam.ledger.AttachmentKey;
import dev.azwg.ipam.ledger.Ledger;
import dev.azwg.ipam.watcher.PublishOutcome;
import dev.azwg.ipam.watcher.WatcherClient;
import dev.azwg.netlink.testing.NamespaceExtension;
import dev.azwg.netlink.testing.TestNamespace;
import dev.azwg.wg.mesh.PeerRecord;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * One watcher, and three nodes whose devices are real and whose records come, go and contradict
 * each other.
 */
@Tag("network")
@ExtendWith(NamespaceExtension.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(120)
class PeerScenariosNetworkTest {
  private static final AttachmentKey POD = new AttachmentKey("c0ffee", "eth0");
  private static final String SELF = "10.240.0.4";

  private TestNamespace namespace;
  private WatcherProcess self;
  private PlayedNode b;
  private PlayedNode c;
  private PlayedNode d;

  @BeforeAll
  void start(
      @TempDir Path directory,
      TestNamespace bridge,
      TestNamespace first,
      TestNamespace second,
      TestNamespace third,
      TestNamespace fourth)
      throws Exception {
    Fabric fabric = new Fabric(bridge);
    namespace = first;
    fabric.join(first, SELF);
    fabric.join(second, "10.240.0.5");
    fabric.join(third, "10.240.0.6");
    fabric.join(fourth, "10.240.0.7");
    self = WatcherProcess.start(first, "a", directory);
    b = new PlayedNode(second, "b", "10.240.0.5", directory);
    c = new PlayedNode(third, "c", "10.240.0.6", directory);
    d = new PlayedNode(fourth, "d", "10.240.0.7", directory);
    self.await("device", () -> self.log().contains("record published"));
    String key = self.status().get("publicKey").getAsString();
    for (PlayedNode each : List.of(b, c, d)) {
      each.accept(key);
    }
  }

  @AfterAll
  void stop() {
    self.close();
    for (PlayedNode each : List.of(b, c, d)) {
      each.close();
    }
  }

  @BeforeEach
  void restore() throws IOException {
    b.publish(now("10.240.2.10", "10.240.2.11"));
    c.publish(now("10.240.3.10"));
    d.publish(now("10.240.4.10"));
    self.awaitTable(all());
  }

  private Map<String, String> all() {
    return routes(
        "10.240.0.5",
        "10.240.2.10",
        "10.240.2.11",
        "10.240.0.6",
        "10.240.3.10",
        "10.240.0.7",
        "10.240.4.10");
  }

  /** Routes to the device. */
  private Map<String, String> routes(String... prefixes) {
    Map<String, String> routes = new TreeMap<>();
    for (String prefix : prefixes) {
      routes.put(prefix, self.device());
    }
    return routes;
  }

  private static Map<String, String> with(Map<String, String> routes, String... thrown) {
    Map<String, String> all = new TreeMap<>(routes);
    for (String prefix : thrown) {
      all.put(prefix, "throw");
    }
    return all;
  }

  private static Map<String, String> without(Map<String, String> routes, String... prefixes) {
    Map<String, String> rest = new TreeMap<>(routes);
    rest.keySet().removeAll(Set.of(prefixes));
    return rest;
  }

  private AllowedIps allowed() {
    return AllowedIps.of(namespace, self.device());
  }

  private String handshake(PlayedNode node) {
    String line = namespace.exec("wg", "show", self.device(), "latest-handshakes");
    return line.lines().filter(each -> each.contains(node.key().toString())).findFirst().orElse("");
  }

  private List<String> findings() throws IOException {
    List<String> findings = new ArrayList<>();
    self.status()
        .getAsJsonArray("findings")
        .forEach(each ->
            findings.add(
                each.getAsJsonObject().get("kind").getAsString()
                    + " "
                    + each.getAsJsonObject().get("node").getAsString()));
    return findings;
  }

  /** The device keeps a peer for a moment after nothing is routed to it any more. */
  private void gone(PlayedNode node) {
    self.await("end of peer " + node.name(), () -> !allowed().has(node.key()));
  }

  /** A pod of this node comes, or goes if there is no address. */
  private void pod(String... addresses) throws IOException {
    Ledger ledger = new Ledger(self.stateDirectory());
    if (addresses.length == 0) {
      assertTrue(ledger.remove(POD));
    } else {
      ledger.write(
          new Attachment(
              POD,
              "/run/netns/pod",
              "azure",
              List.of(prefix(addresses[0])),
              Optional.empty(),
              Instant.now()));
    }
    WatcherClient client = new WatcherClient(self.stateDirectory());
    assertInstanceOf(PublishOutcome.Published.class, client.changed(POD, Duration.ofSeconds(10)));
  }

  @Test
  void u17And34NodesWithKeysArePeersWithTheirOwnAddresses() {
    assertEquals(Set.of("10.240.0.5", "10.240.2.10", "10.240.2.11"), allowed().of(b.key()));
    assertEquals(Set.of("10.240.0.6", "10.240.3.10"), allowed().of(c.key()));
    assertEquals(Set.of("10.240.0.7", "10.240.4.10"), allowed().of(d.key()));
    assertEquals(3, allowed().byKey().size());
  }

  @Test
  void u24And25AnAddressOfThisNodeIsThrownAndLaterComesUpOnAnother() throws IOException {
    pod("10.240.1.10");
    self.awaitTable(with(all(), "10.240.1.10"));
    pod();
    self.awaitTable(all());
    c.publish(now("10.240.3.10", "10.240.1.10"));
    Map<String, String> moved = all();
    moved.putAll(routes("10.240.1.10"));
    self.awaitTable(moved);
    assertTrue(allowed().of(c.key()).contains("10.240.1.10"));
  }

  @Test
  void u26AnAddressMovesWithoutHavingBeenDeleted() throws IOException {
    pod("10.240.1.10");
    self.awaitTable(with(all(), "10.240.1.10"));
    c.publish(now("10.240.3.10", "10.240.1.10"));
    Map<String, String> moved = all();
    moved.putAll(routes("10.240.1.10"));
    self.awaitTable(moved);
    assertTrue(findings().contains("SUPERSEDED_CLAIM a"), () -> self.log());
    // It comes back, again without a deletion at the other node.
    pod("10.240.1.10");
    self.awaitTable(with(all(), "10.240.1.10"));
    assertFalse(allowed().all().contains("10.240.1.10"));
    pod();
  }

  @Test
  void u27AnAddressMovesWithADeletionInBetweenThatIsReadAtOnce() throws IOException {
    String before = handshake(b);
    self.stop();
    b.publish(now("10.240.2.11"));
    c.publish(now("10.240.3.10", "10.240.2.10"));
    self.restart();
    self.await("move", () -> allowed().of(c.key()).contains("10.240.2.10"));
    self.awaitTable(all());
    assertEquals(Set.of("10.240.0.5", "10.240.2.11"), allowed().of(b.key()));
    assertEquals(before, handshake(b), "the tunnel has been made anew");
  }

  @Test
  void u28And30OfTwoNodesWithOneKeyTheFirstKeepsItsTunnelUntilTheOtherHasAKeyOfItsOwn()
      throws IOException {
    String before = handshake(b);
    c.publish(c.withKey(c.record(now("10.240.3.10")), Optional.of(b.key())));
    self.awaitTable(with(all(), "10.240.0.6", "10.240.3.10"));
    assertEquals(Set.of("10.240.0.5", "10.240.2.10", "10.240.2.11"), allowed().of(b.key()));
    assertEquals(before, handshake(b), "the tunnel of the incumbent has been made anew");
    gone(c);
    assertTrue(findings().contains("DUPLICATE_KEY c"), () -> self.log());

    c.publish(now("10.240.3.10"));
    self.awaitTable(all());
    assertEquals(Set.of("10.240.0.6", "10.240.3.10"), allowed().of(c.key()));
    assertEquals(List.of(), findings());
  }

  @Test
  void u36OneAddressTakenFromAPeerIsTakenAlone() throws IOException {
    String before = handshake(b);
    b.publish(now("10.240.2.10"));
    self.awaitTable(without(all(), "10.240.2.11"));
    self.await("removal", () -> !allowed().all().contains("10.240.2.11"));
    assertEquals(Set.of("10.240.0.5", "10.240.2.10"), allowed().of(b.key()));
    assertEquals(before, handshake(b));
  }

  @Test
  void u40TwoNodesGoAtOnce() throws IOException {
    b.withdraw();
    c.withdraw();
    self.awaitTable(routes("10.240.0.7", "10.240.4.10"));
    self.await("end of both", () -> allowed().byKey().size() == 1);
    assertTrue(allowed().has(d.key()));
  }

  /** A node's record without some of what makes it reachable. */
  private void lose(boolean endpoint, boolean key, boolean addresses) throws IOException {
    PeerRecord record = c.record(addresses ? List.of() : now("10.240.3.10"));
    record = endpoint ? c.at(record) : record;
    c.publish(key ? c.withKey(record, Optional.empty()) : record);
    Map<String, String> expected = without(all(), "10.240.0.6", "10.240.3.10");
    Map<String, String> rest =
        addresses ? Map.of("10.240.0.6", "") : Map.of("10.240.0.6", "", "10.240.3.10", "");
    boolean peer = !endpoint && !key;
    rest.keySet().forEach(each -> expected.put(each, peer ? self.device() : "throw"));
    self.awaitTable(expected);
    self.await("peer " + peer, () -> allowed().has(c.key()) == peer);
    assertEquals(Set.of("10.240.0.7", "10.240.4.10"), allowed().of(d.key()));
  }

  private void goneAndBack() throws IOException {
    c.withdraw();
    self.awaitTable(without(all(), "10.240.0.6", "10.240.3.10"));
    c.publish(now("10.240.3.10"));
    self.awaitTable(all());
  }

  @Test
  void u41ANodeLosesEndpointKeyAndAddresses() throws IOException {
    lose(true, false, false);
    lose(true, true, false);
    lose(true, true, true);
    goneAndBack();
  }

  @Test
  void u42ANodeLosesKeyAddressesAndEndpoint() throws IOException {
    lose(false, true, false);
    lose(false, true, true);
    lose(true, true, true);
    goneAndBack();
  }

  @Test
  void u43ANodeLosesAddressesEndpointAndKey() throws IOException {
    lose(false, false, true);
    lose(true, false, true);
    lose(true, true, true);
    goneAndBack();
  }

  @Test
  void u44AnEndpointGoesAndComesBack() throws IOException {
    lose(true, false, false);
    c.publish(now("10.240.3.10"));
    self.awaitTable(all());
    assertEquals(Set.of("10.240.0.6", "10.240.3.10"), allowed().of(c.key()));
  }

  @Test
  void u45AnEndpointThatGoesAndComesBackBeforeItIsReadCostsNothing() throws IOException {
    String before = handshake(c);
    self.stop();
    c.publish(c.at(c.record(now("10.240.3.10"))));
    c.publish(now("10.240.3.10"));
    self.restart();
    self.await("api", () -> self.path("c").equals("VERIFIED"));
    self.awaitTable(all());
    assertEquals(before, handshake(c));
  }

  @Test
  void u46AnEndpointGoesAndAnotherComesBeforeItIsRead() throws IOException {
    c.namespace().ip("addr", "add", "10.240.0.16/16", "dev", "eth0");
    try {
      c.publish(c.at(c.record(now("10.240.3.10")), "10.240.0.16"));
      Map<String, String> moved = without(all(), "10.240.0.6");
      moved.putAll(routes("10.240.0.16"));
      self.awaitTable(moved);
      self.await(
          "endpoint",
          () ->
              namespace
                  .exec("wg", "show", self.device(), "endpoints")
                  .contains(c.key() + "\t10.240.0.16:51820"));
      assertEquals(Set.of("10.240.0.16", "10.240.3.10"), allowed().of(c.key()));
      assertEquals("VERIFIED", self.path("c"), "a new address is no reason to leave the tunnel");
    } finally {
      c.namespace().ip("addr", "del", "10.240.0.16/16", "dev", "eth0");
    }
  }

  @Test
  void u47ANodeGoesAndItsAddressIsUsedAgainAtOnceAndOnceMore() throws IOException {
    b.withdraw();
    c.publish(now("10.240.3.10", "10.240.2.10"));
    self.awaitTable(without(all(), "10.240.0.5", "10.240.2.11"));
    self.await("first move", () -> allowed().of(c.key()).contains("10.240.2.10"));
    gone(b);
    d.publish(now("10.240.4.10", "10.240.2.10"));
    self.await("second move", () -> allowed().of(d.key()).contains("10.240.2.10"));
    assertEquals(Set.of("10.240.0.6", "10.240.3.10"), allowed().of(c.key()));
    self.awaitTable(without(all(), "10.240.0.5", "10.240.2.11"));
  }

  @Test
  void f16AnAddressOutOfARangeOfAnotherNodeBelongsToWhoeverClaimsItByItself() throws IOException {
    b.publish(now("10.240.2.0/24"));
    Map<String, String> range = without(all(), "10.240.2.10", "10.240.2.11");
    range.putAll(routes("10.240.2.0/24"));
    self.awaitTable(range);
    pod("10.240.2.77");
    d.publish(now("10.240.4.10", "10.240.2.78"));
    Map<String, String> borrowed = with(range, "10.240.2.77");
    borrowed.putAll(routes("10.240.2.78"));
    self.awaitTable(borrowed);
    assertEquals(Set.of("10.240.0.5", "10.240.2.0/24"), allowed().of(b.key()));
    assertTrue(allowed().of(d.key()).contains("10.240.2.78"));
    assertEquals(List.of(), findings());
    pod();
  }

  @Test
  void u48And49AChainOfMovesOverAPeerToANodeWithoutAKey() throws Exception {
    d.publish(d.withKey(d.record(now("10.240.4.10")), Optional.empty()));
    Map<String, String> before = with(all(), "10.240.0.7", "10.240.4.10");
    self.awaitTable(before);
    try (KernelWrites writes = KernelWrites.of(namespace)) {
      d.publish(d.withKey(d.record(now("10.240.4.10", "10.240.3.10")), Optional.empty()));
      c.publish(now("10.240.2.10"));
      b.publish(now("10.240.2.11"));
      self.awaitTable(with(before, "10.240.3.10"));
      self.await("move", () -> allowed().of(c.key()).equals(Set.of("10.240.0.6", "10.240.2.10")));
      self.await("end", () -> allowed().of(b.key()).equals(Set.of("10.240.0.5", "10.240.2.11")));
      gone(d);
      assertEquals(List.of("throw 10.240.3.10"), writes.routes());
    }
  }
}
