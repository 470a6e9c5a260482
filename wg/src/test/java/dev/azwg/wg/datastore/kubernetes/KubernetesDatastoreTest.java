package dev.azwg.wg.datastore.kubernetes;

import static dev.azwg.wg.mesh.MeshFixtures.claim;
import static dev.azwg.wg.mesh.MeshFixtures.node;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.azwg.wg.datastore.DatastoreException;
import dev.azwg.wg.datastore.NodeCondition;
import dev.azwg.wg.mesh.Claim;
import dev.azwg.wg.mesh.MeshFixtures;
import dev.azwg.wg.mesh.PeerRecord;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Against a real API server; the faults are real ones, or a proxy's between. */
@Tag("kubernetes")
@Timeout(120)
final class KubernetesDatastoreTest {
  private static final String PEERS = "wireguardpeers";

  private static final KubernetesDatastore.Reading IMPATIENT =
      new KubernetesDatastore.Reading(
          new RecordWatch.Timing(Duration.ofMillis(500), Duration.ofSeconds(2)),
          Duration.ofSeconds(4),
          Duration.ofSeconds(3),
          Optional.of(CheckTiming.STANDARD));

  /** As it is, but for the farewell. */
  private static final KubernetesDatastore.Reading PATIENT =
      new KubernetesDatastore.Reading(
          RecordWatch.Timing.STANDARD,
          Duration.ofSeconds(4),
          Duration.ofSeconds(30),
          Optional.of(CheckTiming.STANDARD));

  @TempDir static Path directory;
  private static ControlPlane plane;

  private final List<AutoCloseable> opened = new ArrayList<>();

  @BeforeAll
  static void startPlane() throws Exception {
    plane = ControlPlane.start(directory);
    plane.addNode("a", "10.240.0.4");
    plane.addNode("b", "10.240.0.5");
  }

  @AfterAll
  static void stopPlane() throws Exception {
    plane.close();
  }

  @BeforeEach
  void empty() throws Exception {
    plane.kubectl("", "delete", PEERS, "--all");
  }

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable each : opened) {
      each.close();
    }
  }

  @Test
  void aRecordIsPublishedOwnedByItsNodeAndReadByAnother() throws Exception {
    Follower a = follow(plane.admin(), "a");
    Follower b = follow(plane.admin(), "b");
    PeerRecord record = record("a", 4, 1, claim("10.240.1.10", 5));
    publish(a, record);
    b.await("the record of a", seen -> seen.record("a").equals(Optional.of(record)));
    assertEquals(record, a.read().record("a").orElseThrow());
    assertEquals(
        plane.kubectl("", "get", "node", "a", "-o", "jsonpath={.metadata.uid}"),
        field("a", ".metadata.ownerReferences[0].uid"));
    assertEquals("azwg-watcher", field("a", ".metadata.managedFields[0].manager"));
    assertEquals("Apply", field("a", ".metadata.managedFields[0].operation"));
    assertTrue(plane.kubectl("", "get", "wgp").contains("10.240.0.4:51820"), "printer columns");
  }

  @Test
  void aStormOfUpdatesIsWrittenOnceASecondAndEndsWithTheNewest() throws Exception {
    Follower a = follow(plane.admin(), "a");
    publish(a, record("a", 4, 1));
    List<Claim> claims = new ArrayList<>();
    long began = System.nanoTime();
    CompletableFuture<Void> last = CompletableFuture.completedFuture(null);
    for (int i = 1; i <= 1000; i++) {
      claims.add(claim("10.240." + (1 + i / 250) + "." + (1 + i % 250), i));
      last = a.datastore.publish(record("a", 4, 1, claims.toArray(Claim[]::new)));
    }
    last.get(30, TimeUnit.SECONDS);
    Duration took = Duration.ofNanos(System.nanoTime() - began);
    assertEquals(1000, a.read().record("a").orElseThrow().claims().size());
    long generation = Long.parseLong(field("a", ".metadata.generation"));
    assertTrue(generation <= 3 + took.toSeconds(), generation + " writes in " + took);
  }

  @Test
  void theConditionOfTheNodeIsInTheStatusAndChangesNothingElse() throws Exception {
    Follower a = follow(plane.admin(), "a");
    a.datastore.report(new NodeCondition(false, "not reconciled yet", MeshFixtures.EPOCH));
    publish(a, record("a", 4, 1));
    plane.kubectl("", "wait", "--for=condition=Ready=false", "--timeout=20s", PEERS + "/a");
    String generation = field("a", ".metadata.generation");
    a.datastore.report(new NodeCondition(true, "", MeshFixtures.NOW));
    plane.kubectl("", "wait", "--for=condition=Ready", "--timeout=20s", PEERS + "/a");
    assertEquals(generation, field("a", ".metadata.generation"));
    assertEquals(record("a", 4, 1), a.read().record("a").orElseThrow());
    String version = field("a", ".metadata.resourceVersion");
    a.datastore.report(new NodeCondition(true, "", MeshFixtures.NOW.plusSeconds(30)));
    publish(a, record("a", 4, 1, claim("10.240.1.10", 5)));
    assertEquals(
        MeshFixtures.NOW.toString(), field("a", ".status.conditions[0].lastTransitionTime"));
    assertNotEquals(version, field("a", ".metadata.resourceVersion"));
  }

  @Test
  void theSameRecordAgainIsNoWrite() throws Exception {
    Follower a = follow(plane.admin(), "a");
    publish(a, record("a", 4, 1));
    String version = field("a", ".metadata.resourceVersion");
    publish(a, record("a", 4, 1));
    assertEquals(version, field("a", ".metadata.resourceVersion"));
  }

  @Test
  void aRecordThatCannotBeFollowedLeavesTheLastGoodOneInForce() throws Exception {
    Follower a = follow(plane.admin(), "a");
    Follower b = follow(plane.admin(), "b");
    PeerRecord good = record("a", 4, 1, claim("10.240.1.10", 5));
    publish(a, good);
    b.await("the record", seen -> seen.record("a").isPresent());
    plane.kubectl(
        "",
        "patch",
        PEERS,
        "a",
        "--type=merge",
        "-p",
        "{\"spec\":{\"claims\":[{\"prefix\":\"10.240.1.10/99\",\"since\":\"2026-01-01T00:00:00Z\"}]}}");
    b.await("the complaint", seen -> seen.rejected().size() == 1);
    assertEquals(good, b.read().record("a").orElseThrow());
    assertTrue(b.read().rejected().getFirst().source().endsWith("/a"));
  }

  @Test
  void whatTheSchemaForbidsIsRefusedByTheServer() {
    AssertionError refused =
        assertThrows(
            AssertionError.class,
            () ->
                plane.apply(
                    "{'apiVersion':'azwg.dev/v1alpha1','kind':'WireGuardPeer','metadata':{'name':'b'},"
                        + "'spec':{'publicKey':'short','keySince':'yesterday',"
                        + "'endpoints':['evil.example:1'],'nodeAddresses':[],'hostScope':true,"
                        + "'claims':[]}}"));
    for (String member : List.of("spec.publicKey", "spec.keySince", "spec.endpoints")) {
      assertTrue(String.valueOf(refused.getMessage()).contains(member), refused.getMessage());
    }
  }

  /** Another node's record cannot be published by mistake, whatever the server allows. */
  @Test
  void onlyTheOwnRecordIsWritten() throws Exception {
    Follower a = follow(plane.admin(), "a");
    DatastoreException refused =
        assertThrows(DatastoreException.class, () -> a.datastore.publish(record("b", 5, 2)));
    assertEquals(DatastoreException.Reason.NOT_PUBLISHED, refused.reason());
  }

  @Test
  void withoutItsNodeARecordIsNotPublishedAndSaysSo() throws Exception {
    Follower stranger = follow(plane.admin(), "stranger");
    ExecutionException failed =
        assertThrows(
            ExecutionException.class,
            () -> stranger.datastore.publish(record("stranger", 9, 9)).get(30, TimeUnit.SECONDS));
    assertTrue(
        String.valueOf(failed.getMessage()).contains("there is no such Node"), failed.getMessage());
    plane.addNode("stranger", "10.240.0.9");
    stranger.await(
        "the record, without being asked again", seen -> seen.record("stranger").isPresent());
    stranger.awaitProblem("");
  }

  @Test
  void deletingAllObjectsTearsNothingDown() throws Exception {
    Follower a = follow(plane.admin(), "a");
    Follower b = follow(plane.admin(), "b");
    publish(a, record("a", 4, 1));
    b.await("a", seen -> seen.record("a").isPresent());
    plane.kubectl("", "delete", PEERS, "--all");
    a.await("that the own one is gone", seen -> seen.record("a").isEmpty());
    assertTrue(b.read().record("a").isPresent(), "a farewell");
    publish(a, record("a", 4, 1, claim("10.240.1.10", 5)));
    b.await(
        "it again", seen -> seen.record("a").map(r -> r.claims().size()).equals(Optional.of(1)));
    plane.kubectl("", "delete", PEERS, "a");
    b.await("the end of the farewell", seen -> seen.record("a").isEmpty());
  }

  @Test
  void theServerIsKilledAndComesBackMeanwhileTheRecordsHold() throws Exception {
    Follower a = follow(plane.admin(), "a");
    Follower b = follow(plane.admin(), "b");
    publish(a, record("a", 4, 1));
    b.await("a", seen -> seen.record("a").isPresent());
    plane.killApi();
    CompletableFuture<Void> first = a.datastore.publish(record("a", 4, 1, claim("10.240.1.10", 5)));
    assertThrows(ExecutionException.class, () -> first.get(60, TimeUnit.SECONDS));
    assertFalse(a.datastore.problem().isEmpty());
    assertEquals(0, b.read().record("a").orElseThrow().claims().size());
    // A newer one takes its place.
    PeerRecord newest = record("a", 4, 1, claim("10.240.1.11", 6));
    var _ = a.datastore.publish(newest);
    plane.startApi();
    b.await("the newest", seen -> seen.record("a").equals(Optional.of(newest)));
    a.awaitProblem("");
  }

  /** The watch cannot go on where it was: 410 Gone, and a list from the beginning. */
  @Test
  void afterACompactionEverythingIsListedAnew() throws Exception {
    Follower b = follow(plane.admin(), "b");
    Follower a = follow(plane.admin(), "a");
    publish(a, record("a", 4, 1));
    b.await("a", seen -> seen.record("a").isPresent());
    plane.killApi();
    plane.startApi();
    plane.addNode("c", "10.240.0.6");
    for (int i = 0; i < 20; i++) {
      plane.kubectl("", "annotate", "--overwrite", "node", "c", "round=" + i);
    }
    plane.killApi();
    plane.compact();
    plane.startApi("--watch-cache=false");
    PeerRecord newer = record("a", 4, 1, claim("10.240.1.12", 7));
    publish(a, newer);
    b.await("the newer", seen -> seen.record("a").equals(Optional.of(newer)));
    b.awaitProblem("");
    plane.killApi();
    plane.startApi();
  }

  @Test
  void nothingIsConcludedBeforeTheFirstList() throws Exception {
    try (FaultProxy proxy = FaultProxy.start(plane)) {
      proxy.intrude(head -> "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n");
      Follower b = open(proxy.access(plane.admin().credentials()), "b");
      DatastoreException early = assertThrows(DatastoreException.class, b.datastore::read);
      assertEquals(DatastoreException.Reason.UNAVAILABLE, early.reason());
      assertFalse(b.datastore.awaitReadable(Duration.ofMillis(300)));
      proxy.intrude(head -> null);
      assertTrue(b.datastore.awaitReadable(Duration.ofMinutes(1)), b.datastore.problem());
    }
  }

  @Test
  void aServerThatIsBusyIsAskedAgainWhenItSaid() throws Exception {
    try (FaultProxy proxy = FaultProxy.start(plane)) {
      Follower a = follow(proxy.access(plane.admin().credentials()), "a");
      long[] refused = {0};
      proxy.intrude(head -> {
        if (!head.startsWith("PATCH") || refused[0] != 0) {
          return null;
        }
        refused[0] = System.nanoTime();
        return "HTTP/1.1 429 Too Many Requests\r\nRetry-After: 3\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
      });
      publish(a, record("a", 4, 1));
      Duration waited = Duration.ofNanos(System.nanoTime() - refused[0]);
      assertTrue(refused[0] != 0 && waited.toMillis() >= 2900, "asked again after " + waited);
    }
  }

  @Test
  void anErrorsBodySaysWhy() throws Exception {
    try (FaultProxy proxy = FaultProxy.start(plane)) {
      Follower a = follow(proxy.access(plane.admin().credentials()), "a");
      String body =
          "{\"kind\":\"Status\",\"apiVersion\":\"v1\",\"status\":\"Failure\",\"message\":\"quota of"
              + " objects exceeded\",\"reason\":\"Forbidden\",\"code\":403}";
      proxy.intrude(head ->
          head.startsWith("PATCH")
              ? "HTTP/1.1 403 Forbidden\r\nContent-Type: application/json\r\nContent-Length: "
                  + body.length()
                  + "\r\nConnection: close\r\n\r\n"
                  + body
              : null);
      ExecutionException failed =
          assertThrows(
              ExecutionException.class,
              () -> a.datastore.publish(record("a", 4, 1)).get(30, TimeUnit.SECONDS));
      assertTrue(
          String.valueOf(failed.getMessage()).contains("quota of objects"), failed.getMessage());
      assertTrue(a.datastore.problem().contains("quota of objects"), a.datastore.problem());
    }
  }

  @Test
  void aTokenIsReplacedWhileItIsUsed() throws Exception {
    Path credentials = Files.createDirectories(directory.resolve("rotating"));
    Files.copy(plane.admin().certificateAuthority(), credentials.resolve("ca.crt"));
    Files.writeString(credentials.resolve("token"), "expired\n");
    Follower a = open(new ApiServer(plane.admin().url(), credentials), "a");
    assertFalse(a.datastore.awaitReadable(Duration.ofSeconds(2)));
    Files.copy(
        plane.admin().token(), credentials.resolve("token"), StandardCopyOption.REPLACE_EXISTING);
    assertTrue(a.datastore.awaitReadable(Duration.ofMinutes(1)), a.datastore.problem());
    publish(a, record("a", 4, 1));
  }

  @Test
  void aConnectionThatEndsSilentlyIsReplaced() throws Exception {
    try (FaultProxy proxy = FaultProxy.start(plane)) {
      Follower b = follow(proxy.access(plane.admin().credentials()), "b");
      Follower a = follow(plane.admin(), "a");
      for (int i = 1; i <= 3; i++) {
        proxy.cut();
        PeerRecord record = record("a", 4, 1, claim("10.240.1." + i, i));
        publish(a, record);
        b.await("record " + i, seen -> seen.record("a").equals(Optional.of(record)));
      }
    }
  }

  /** No FIN, no RST: only a question that is not answered can tell. */
  @Test
  void aConnectionThatIsHalfOpenIsReplaced() throws Exception {
    try (FaultProxy proxy = FaultProxy.start(plane)) {
      Follower b =
          new Follower(
              KubernetesDatastore.open(proxy.access(plane.admin().credentials()), "b", IMPATIENT));
      opened.add(b);
      assertTrue(b.datastore.awaitReadable(Duration.ofMinutes(1)), b.datastore.problem());
      Follower a = follow(plane.admin(), "a");
      proxy.freeze();
      PeerRecord record = record("a", 4, 1, claim("10.240.1.20", 1));
      publish(a, record);
      long began = System.nanoTime();
      proxy.onlyNewPass();
      b.await("the record", seen -> seen.record("a").equals(Optional.of(record)));
      System.err.println("half-open: " + Duration.ofNanos(System.nanoTime() - began));
    }
  }

  /** A server's cache does not know limits: what is asked for must be empty by itself. */
  @Test
  void toAskHowFarTheServerIsCostsNoRecord() throws Exception {
    for (String name : List.of("a", "b")) {
      publish(follow(plane.admin(), name), record(name, name.equals("a") ? 4 : 5, 1));
    }
    String answer = plane.kubectl("", "get", "--raw", RecordWatch.HOW_FAR);
    assertTrue(answer.contains("\"items\":[]"), answer);
    assertTrue(answer.contains("\"resourceVersion\":\""), answer);
  }

  /** A key that is given up must not stay in the object, whoever else has named it. */
  @Test
  void aKeyThatIsGivenUpIsGone() throws Exception {
    Follower a = follow(plane.admin(), "a");
    PeerRecord record = record("a", 4, 1);
    publish(a, record);
    a.datastore.report(new NodeCondition(true, "", MeshFixtures.NOW));
    plane.kubectl("", "wait", "--for=condition=Ready", "--timeout=20s", PEERS + "/a");
    String key = field("a", ".spec.publicKey");
    plane.kubectl(
        "{\"apiVersion\":\"azwg.dev/v1alpha1\",\"kind\":\"WireGuardPeer\",\"metadata\":{\"name\":\"a\"},"
            + "\"spec\":{\"publicKey\":\""
            + key
            + "\"}}",
        "apply",
        "--server-side",
        "--validate=false",
        "--field-manager=somebody",
        "-f",
        "-");
    PeerRecord without = record.withoutKey(MeshFixtures.NOW);
    publish(a, without);
    assertEquals("none", field("a", ".spec.publicKey"));
    assertEquals(without, a.read().record("a").orElseThrow());
    assertEquals("True", field("a", ".status.conditions[0].status"));
  }

  @Test
  void anObjectThatIsMadeAnewHasAStatusAgain() throws Exception {
    Follower a = follow(plane.admin(), "a");
    publish(a, record("a", 4, 1));
    a.datastore.report(new NodeCondition(true, "", MeshFixtures.NOW));
    plane.kubectl("", "wait", "--for=condition=Ready", "--timeout=20s", PEERS + "/a");
    plane.kubectl("", "delete", PEERS, "a");
    a.await("that it is gone", seen -> seen.record("a").isEmpty());
    publish(a, record("a", 4, 1));
    plane.kubectl("", "wait", "--for=condition=Ready", "--timeout=20s", PEERS + "/a");
  }

  /** As 'kubectl delete -k' does. Nobody can publish meanwhile, so nobody is given up either. */
  @Test
  void deletingTheKindTearsNothingDown() throws Exception {
    Follower a = follow(plane.admin(), "a");
    Follower b = follow(plane.admin(), "b");
    publish(a, record("a", 4, 1));
    publish(b, record("b", 5, 2));
    a.await("b", seen -> seen.record("b").isPresent());
    plane.kubectl("", "delete", "crd", "wireguardpeers.azwg.dev");
    a.await("that the own one is gone", seen -> seen.record("a").isEmpty());
    CompletableFuture<Void> lost = a.datastore.publish(record("a", 4, 1));
    assertThrows(ExecutionException.class, () -> lost.get(30, TimeUnit.SECONDS));
    // Longer than a farewell.
    Thread.sleep(Duration.ofSeconds(6));
    assertTrue(a.read().record("b").isPresent(), "b holds");
    plane.installKind();
    a.await("the own one again, without being asked", seen -> seen.record("a").isPresent());
    assertTrue(a.read().record("b").isPresent(), "b still holds");
    var _ = b.datastore.publish(record("b", 5, 2));
    a.awaitProblem("");
  }

  @Test
  void withoutATokenNothingEndsForGood() throws Exception {
    Path credentials = Files.createDirectories(directory.resolve("losing"));
    Files.copy(plane.admin().certificateAuthority(), credentials.resolve("ca.crt"));
    Follower a = open(new ApiServer(plane.admin().url(), credentials), "a");
    assertFalse(a.datastore.awaitReadable(Duration.ofSeconds(2)));
    Files.copy(plane.admin().token(), credentials.resolve("token"));
    assertTrue(a.datastore.awaitReadable(Duration.ofMinutes(1)), a.datastore.problem());
    Files.delete(credentials.resolve("token"));
    CompletableFuture<Void> refused = a.datastore.publish(record("a", 4, 1));
    assertThrows(ExecutionException.class, () -> refused.get(30, TimeUnit.SECONDS));
    Files.copy(plane.admin().token(), credentials.resolve("token"));
    a.await("the record, without being asked again", seen -> seen.record("a").isPresent());
    a.awaitProblem("");
  }

  /** The client's time limit is over when an answer begins. */
  @Test
  void anAnswerThatStandsStillIsGivenUp() throws Exception {
    try (FaultProxy proxy = FaultProxy.start(plane)) {
      Follower a =
          new Follower(
              KubernetesDatastore.open(proxy.access(plane.admin().credentials()), "a", IMPATIENT));
      opened.add(a);
      assertTrue(a.datastore.awaitReadable(Duration.ofMinutes(1)), a.datastore.problem());
      proxy.intrude(head ->
          head.startsWith("PATCH") || head.contains("/wireguardpeers?resourceVersion=0 ")
              ? "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n{"
                  + FaultProxy.STALL
              : null);
      CompletableFuture<Void> stalled = a.datastore.publish(record("a", 4, 1));
      assertThrows(ExecutionException.class, () -> stalled.get(30, TimeUnit.SECONDS));
      // Connections that stand still are left so: only new ones pass.
      proxy.passFromNowOn();
      a.await("the record", seen -> seen.record("a").isPresent());
      a.awaitProblem("");
    }
  }

  @Test
  void theObjectGoesWithItsNode() throws Exception {
    plane.startControllers();
    plane.addNode("leaving", "10.240.0.8");
    Follower leaving = follow(plane.admin(), "leaving");
    Follower b = follow(plane.admin(), "b");
    publish(leaving, record("leaving", 8, 8));
    b.await("it", seen -> seen.record("leaving").isPresent());
    leaving.close();
    plane.kubectl("", "delete", "node", "leaving");
    b.await("that it is gone", seen -> seen.record("leaving").isEmpty());
  }

  private static PeerRecord record(String name, int host, int key, Claim... claims) {
    return node(name, key, "10.240.0." + host, claims);
  }

  private static String field(String node, String path) throws IOException, InterruptedException {
    return plane.kubectl("", "get", PEERS, node, "-o", "jsonpath={" + path + "}");
  }

  private static void publish(Follower follower, PeerRecord record) throws Exception {
    follower.datastore.publish(record).get(60, TimeUnit.SECONDS);
  }

  private Follower open(ApiServer server, String node) throws DatastoreException {
    Follower follower = new Follower(KubernetesDatastore.open(server, node, PATIENT));
    opened.add(follower);
    return follower;
  }

  private Follower follow(ApiServer server, String node) throws Exception {
    Follower follower = open(server, node);
    assertTrue(
        follower.datastore.awaitReadable(Duration.ofMinutes(1)), follower.datastore.problem());
    return follower;
  }
}
