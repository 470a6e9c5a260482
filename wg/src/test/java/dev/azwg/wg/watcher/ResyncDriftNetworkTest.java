package dev.azwg.wg.watcher;

import static dev.azwg.wg.mesh.MeshFixtures.address;
import static dev.azwg.wg.mesh.MeshFixtures.key;
import static dev.azwg.wg.mesh.MeshFixtures.prefix;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import dev.azwg.ipam.ledger.Attachment;
import dev.azwg.ipam.ledger.AttachmentKey;
import dev.azwg.ipam.ledger.Ledger;
import dev.azwg.netlink.testing.NamespaceExtension;
import dev.azwg.netlink.testing.TestNamespace;
import dev.azwg.wg.datastore.DirectoryDatastore;
import dev.azwg.wg.mesh.Drift;
import dev.azwg.wg.mesh.PeerRecord;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What the kernel does not tell of is repaired at the resync. */
@Tag("network")
@ExtendWith(NamespaceExtension.class)
@Timeout(120)
class ResyncDriftNetworkTest {
  private static final String A = "10.240.0.4";
  private static final String B = "10.240.0.5";
  private static final Duration RESYNC = Duration.ofSeconds(1);

  @TempDir private Path directory = Path.of("");

  private final TestNamespace bridge;
  private final TestNamespace a;
  private final TestNamespace b;
  private WatcherProcess nodeA;
  private WatcherProcess nodeB;

  @SuppressWarnings("NullAway.Init")
  ResyncDriftNetworkTest(TestNamespace bridge, TestNamespace a, TestNamespace b) {
    this.bridge = bridge;
    this.a = a;
    this.b = b;
  }

  @BeforeEach
  void connect() throws IOException {
    Fabric fabric = new Fabric(bridge);
    fabric.join(a, A);
    fabric.join(b, B);
    WatcherSetup setup = WatcherSetup.USUAL.resyncing(RESYNC);
    nodeA = WatcherProcess.start(a, "a", directory, setup);
    nodeB = WatcherProcess.start(b, "b", directory, setup);
    nodeA.awaitRoutes(B + " dev " + nodeA.device());
    nodeB.awaitRoutes(A + " dev " + nodeB.device());
    ping();
  }

  @AfterEach
  void stop() {
    nodeB.close();
    nodeA.close();
  }

  private void ping() {
    a.exec("ping", "-c", "1", "-W", "5", B);
  }

  private String keyOfB() throws IOException {
    return nodeA.peer("b").orElseThrow().get("publicKey").getAsString();
  }

  private void assertRepaired(
      Drift.Kind kind, long count, Runnable change, BooleanSupplier repaired) throws IOException {
    Duration took = nodeA.repairs(kind, change, repaired);
    assertTrue(took.compareTo(RESYNC.plusMillis(500)) < 0, () -> kind + " took " + took);
    nodeA.awaitDrift(kind, count);
    ping();
  }

  private void assertOnly(Drift.Kind... kinds) throws IOException {
    JsonObject all = nodeA.status().getAsJsonObject("drift");
    Set<String> expected = new HashSet<>();
    for (Drift.Kind kind : kinds) {
      expected.add(kind.name());
    }
    assertEquals(expected, all.keySet(), all::toString);
    assertEquals(0, nodeB.status().getAsJsonObject("drift").size());
  }

  @Test
  void keyPortAndMarkArePutBack() throws Exception {
    Path other = directory.resolve("other.key");
    a.exec("sh", "-c", "umask 077; wg genkey > " + other);
    String key = nodeA.wg("show", "public-key");
    assertRepaired(
        Drift.Kind.KEY,
        1,
        () -> nodeA.wg("set", "private-key", other.toString()),
        () -> nodeA.wg("show", "public-key").equals(key));
    assertRepaired(
        Drift.Kind.LISTEN_PORT,
        1,
        () -> nodeA.wg("set", "listen-port", "51999"),
        () -> nodeA.wg("show", "listen-port").strip().equals("51820"));
    assertRepaired(
        Drift.Kind.FWMARK,
        1,
        () -> nodeA.wg("set", "fwmark", "0"),
        () -> nodeA.wg("show", "fwmark").strip().equals("0x100000"));
    assertOnly(Drift.Kind.KEY, Drift.Kind.LISTEN_PORT, Drift.Kind.FWMARK);
  }

  @Test
  void u61And62WhatWgChangesOfPeersIsPutBackInBothFamilies() throws Exception {
    new Ledger(nodeB.stateDirectory())
        .write(
            new Attachment(
                new AttachmentKey("c0ffee", "eth0"),
                "/run/netns/pod",
                "azure",
                List.of(prefix("10.240.2.10"), prefix("fd00::10")),
                Optional.empty(),
                Instant.now()));
    nodeA.await("IPv6 claim", () -> nodeA.wg("show", "allowed-ips").contains("fd00::10/128"));
    String key = keyOfB();
    String wanted = sorted(nodeA.wg("show", "allowed-ips"));
    BooleanSupplier whole =
        () ->
            sorted(nodeA.wg("show", "allowed-ips")).equals(wanted)
                && nodeA.wg("show", "persistent-keepalive").strip().equals(key + "\t25")
                && nodeA.wg("show", "endpoints").strip().equals(key + "\t" + B + ":51820");
    nodeA.await("whole peer", whole);

    assertRepaired(Drift.Kind.PEER, 1, () -> nodeA.wg("set", "peer", key, "remove"), whole);
    assertRepaired(
        Drift.Kind.ALLOWED_IPS,
        1,
        () -> nodeA.wg("set", "peer", key, "allowed-ips", "10.240.2.10/32," + B + "/32"),
        whole);
    assertRepaired(
        Drift.Kind.ALLOWED_IPS,
        2,
        () ->
            nodeA.wg(
                "set",
                "peer",
                key,
                "allowed-ips",
                "10.240.2.10/32,fd00::10/128," + B + "/32,10.9.0.0/16,fd09::/64"),
        whole);
    assertRepaired(
        Drift.Kind.KEEPALIVE,
        1,
        () -> nodeA.wg("set", "peer", key, "persistent-keepalive", "0"),
        whole);
    assertOnly(Drift.Kind.PEER, Drift.Kind.ALLOWED_IPS, Drift.Kind.KEEPALIVE);
  }

  private static String sorted(String allowedIps) {
    return List.of(allowedIps.strip().split("\\s+")).stream().sorted().toList().toString();
  }

  @Test
  void u29AKeyWhoseRecordIsNotFollowedIsRemovedWhenItIsAddedByHand() throws Exception {
    String unfollowed = key(77).toString();
    try (DirectoryDatastore records =
        new DirectoryDatastore(directory.resolve("peers"), InstantSource.system())) {
      var _ =
          records.publish(
              new PeerRecord(
                  "c",
                  Optional.of(key(77)),
                  Instant.now(),
                  List.of(),
                  List.of(address("10.240.0.6")),
                  true,
                  List.of()));
    }
    nodeA.await("finding", () -> hasFinding("NO_ENDPOINT"));
    assertRepaired(
        Drift.Kind.PEER,
        1,
        () -> nodeA.wg("set", "peer", unfollowed, "allowed-ips", "10.9.9.9/32"),
        () -> !nodeA.wg("show", "peers").contains(unfollowed));
    assertOnly(Drift.Kind.PEER);
  }

  private boolean hasFinding(String kind) {
    try {
      return nodeA.status().getAsJsonArray("findings").toString().contains(kind);
    } catch (IOException e) {
      return false;
    }
  }

  @Test
  void srcValidMarkIsSetAgain() throws Exception {
    String name = "net.ipv4.conf.all.src_valid_mark";
    assertRepaired(
        Drift.Kind.SYSCTL,
        1,
        () -> a.exec("sysctl", "-qw", name + "=0"),
        () -> a.exec("sysctl", "-n", name).strip().equals("1"));
    assertOnly(Drift.Kind.SYSCTL);
  }

  @Test
  void aPeerThatHasRoamedIsFollowed() throws Exception {
    String roamed = keyOfB() + "\t" + B + ":40000";
    // Nobody puts it back there.
    nodeB.stop();
    nodeB.wg("set", "listen-port", "40000");
    b.exec("ping", "-c", "1", "-W", "5", A);
    nodeA.await("roamed endpoint", () -> nodeA.wg("show", "endpoints").strip().equals(roamed));
    long passes = nodeA.passes();
    nodeA.await("two resyncs", () -> nodeA.passes() >= passes + 2);
    assertEquals(roamed, nodeA.wg("show", "endpoints").strip());
    ping();
    nodeB.restart();
    nodeB.awaitPath("a", "VERIFIED");
    assertOnly();
  }

  @Test
  void anEndpointThatThePeerWasNeverHeardAtIsPutBack() throws Exception {
    Fabric.block(a, B);
    Fabric.block(b, A);
    nodeB.stop();
    b.ip("link", "del", nodeB.device());
    nodeA.stop();
    a.ip("link", "del", nodeA.device());
    nodeA.restart();
    nodeA.awaitPath("b", "UNVERIFIED");
    String right = keyOfB() + "\t" + B + ":51820";
    nodeA.await("endpoint", () -> nodeA.wg("show", "endpoints").strip().equals(right));
    Duration took =
        nodeA.repairs(
            Drift.Kind.ENDPOINT,
            () -> {
              try {
                nodeA.wg("set", "peer", keyOfB(), "endpoint", "10.240.0.77:4");
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            },
            () -> nodeA.wg("show", "endpoints").strip().equals(right));
    assertTrue(took.compareTo(RESYNC.plusMillis(500)) < 0, () -> "it took " + took);
    nodeA.awaitDrift(Drift.Kind.ENDPOINT, 1);
    Fabric.unblock(a, B);
    Fabric.unblock(b, A);
    nodeB.restart();
    nodeA.awaitPath("b", "VERIFIED");
  }

  @Test
  void u53And54AnExistingDeviceIsAdoptedWithItsKeyAndItsSettingsPutRight() throws Exception {
    int index = nodeA.deviceIndex();
    String key = nodeA.wg("show", "public-key");
    nodeA.stop();
    nodeA.wg("set", "listen-port", "51999", "fwmark", "7");
    nodeA.restart();
    nodeA.await("port", () -> nodeA.wg("show", "listen-port").strip().equals("51820"));
    nodeA.await("mark", () -> nodeA.wg("show", "fwmark").strip().equals("0x100000"));
    nodeA.awaitRoutes(B + " dev " + nodeA.device());
    assertEquals(index, nodeA.deviceIndex(), "the device was made anew");
    assertEquals(key, nodeA.wg("show", "public-key"));
    nodeA.awaitPath("b", "VERIFIED");
    ping();
    assertTrue(Files.exists(nodeA.stateDirectory().resolve("own-peers")));
    // What was changed while it was not running is put right, but it is not told from an upgrade.
    assertOnly();
  }
}
