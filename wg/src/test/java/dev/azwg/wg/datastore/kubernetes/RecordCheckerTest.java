package dev.azwg.wg.datastore.kubernetes;

import static dev.azwg.wg.mesh.MeshFixtures.claim;
import static dev.azwg.wg.mesh.MeshFixtures.node;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.azwg.wg.datastore.DatastoreException;
import dev.azwg.wg.datastore.DatastoreSnapshot;
import dev.azwg.wg.datastore.PeerRecordJson;
import dev.azwg.wg.mesh.Claim;
import dev.azwg.wg.mesh.PeerRecord;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A reader checks records against a real API server's Nodes, NodeNetworkConfigs and Pods. */
@Tag("kubernetes")
@Timeout(120)
final class RecordCheckerTest {
  private static final String PEERS = "wireguardpeers";
  private static final CheckTiming QUICK =
      new CheckTiming(
          Duration.ofMillis(1),
          Duration.ofMillis(10),
          Duration.ofMillis(100),
          Duration.ofMillis(500),
          Duration.ofMillis(100),
          Duration.ofMillis(500),
          Duration.ofMinutes(10));

  @TempDir static Path directory;
  private static ControlPlane plane;

  private final List<AutoCloseable> opened = new ArrayList<>();

  @BeforeAll
  static void startPlane() throws Exception {
    plane = ControlPlane.start(directory);
    plane.addNode("a", "10.240.0.4");
    plane.addNode("b", "10.240.0.5");
    plane.kubectl("", "create", "serviceaccount", "default", "-n", "kube-system");
  }

  @AfterAll
  static void stopPlane() throws Exception {
    plane.close();
  }

  @BeforeEach
  void prepare() throws Exception {
    plane.addPools();
    plane.setPool("a", "10.240.0.4", "10.244.1.0/24");
    plane.setPool("b", "10.240.0.5", "10.244.2.0/24");
    plane.kubectl("", "delete", PEERS, "--all");
  }

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable each : opened) {
      each.close();
    }
  }

  @Test
  void whatThePlatformBearsOutIsFollowed() throws Exception {
    Follower reader = follow(plane.admin());
    PeerRecord record = a(claim("10.244.1.0/24", 1), claim("10.244.1.7", 2));
    write(record);
    reader.await("the record", seen -> seen.record("a").equals(Optional.of(record)));
    assertEquals(List.of(), reader.read().rejected());
    assertEquals(0, reader.datastore.unproven());
  }

  @Test
  void aForgedEndpointIsNotFollowedAndSaidSo() throws Exception {
    Follower reader = follow(plane.admin());
    write(node("a", 1, "10.240.0.99"));
    reader.await("the refusal", refuses("10.240.0.99:51820 is an endpoint"));
    assertTrue(reader.read().record("a").isEmpty());
    write(a());
    reader.await("the honest record", seen -> seen.record("a").equals(Optional.of(a())));
    assertEquals(List.of(), reader.read().rejected());
  }

  @Test
  void aClaimOfAnotherNodesRangeIsNotFollowed() throws Exception {
    Follower reader = follow(plane.admin());
    Claim own = claim("10.244.1.0/24", 1);
    write(a(own, claim("10.244.2.7", 99), claim("10.244.2.0/25", 99)));
    reader.await("the refusal", refuses("10.244.2.7/32 is claimed"));
    assertEquals(Optional.of(a(own)), reader.read().record("a"));
    assertEquals(2, reader.read().rejected().size());
    assertTrue(reader.read().rejected().getFirst().source().endsWith(PEERS + "/a"));
  }

  @Test
  void aClaimAddedLaterIsNotFollowedEither() throws Exception {
    Follower reader = follow(plane.admin());
    PeerRecord honest = a(claim("10.244.1.0/24", 1));
    write(honest);
    reader.await("the record", seen -> seen.record("a").equals(Optional.of(honest)));
    write(a(claim("10.244.1.0/24", 1), claim("10.244.2.7", 99)));
    reader.await("the refusal", refuses("10.244.2.7/32 is claimed"));
    assertEquals(Optional.of(honest), reader.read().record("a"));
  }

  @Test
  void aPoolThatGrowsAfterTheClaimIsFoundByItself() throws Exception {
    Follower reader = follow(plane.admin());
    PeerRecord record = a(claim("10.244.9.0/24", 1));
    write(record);
    reader.await("the refusal", refuses("10.244.9.0/24 is claimed"));
    plane.setPool("a", "10.240.0.4", "10.244.9.0/24");
    reader.await("the record", seen -> seen.record("a").equals(Optional.of(record)));
    assertEquals(List.of(), reader.read().rejected());
  }

  @Test
  void aNodeThatComesAfterItsRecordIsFoundByItself() throws Exception {
    Follower reader = follow(plane.admin());
    PeerRecord late = node("late", 7, "10.240.0.7", claim("10.244.7.0/24", 1));
    write(late);
    reader.await("the refusal", refuses("late has no Node"));
    assertTrue(reader.read().record("late").isEmpty());
    plane.addNode("late", "10.240.0.7");
    reader.await("the record", seen -> seen.record("late").equals(Optional.of(late)));
    assertEquals(1, reader.datastore.unproven(), "it has no NodeNetworkConfig yet");
    plane.setPool("late", "10.240.0.7", "10.244.7.0/24");
    long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
    while (reader.datastore.unproven() != 0) {
      assertTrue(System.nanoTime() < deadline, "the proof is never found");
      Thread.sleep(20);
    }
    plane.kubectl("", "delete", "node", "late");
  }

  @Test
  void aPodOfTheNodeProvesItsAddress() throws Exception {
    pod("a", "10.244.8.8");
    Follower reader = follow(plane.admin());
    PeerRecord record = a(claim("10.244.1.0/24", 1), claim("10.244.8.8", 2));
    write(record);
    reader.await("the record", seen -> seen.record("a").equals(Optional.of(record)));
    plane.kubectl("", "delete", "pod", "-n", "kube-system", "p", "--grace-period=0", "--force");
  }

  /** The roles do not allow it, so that a node does not read the pods of all others. */
  @Test
  void podsThatMayNotBeReadProveNothingAndKeepNothingUp() throws Exception {
    pod("a", "10.244.8.8");
    String body = "{\"kind\":\"Status\",\"apiVersion\":\"v1\",\"status\":\"Failure\",\"code\":403}";
    try (FaultProxy proxy = FaultProxy.start(plane)) {
      proxy.intrude(head ->
          head.startsWith("GET /api/v1/pods")
              ? "HTTP/1.1 403 Forbidden\r\nContent-Type: application/json\r\nContent-Length: "
                  + body.length()
                  + "\r\nConnection: close\r\n\r\n"
                  + body
              : null);
      Follower reader = follow(proxy.access(plane.admin().credentials()));
      write(a(claim("10.244.1.0/24", 1), claim("10.244.8.8", 2)));
      reader.await("the refusal", refuses("10.244.8.8/32 is claimed"));
      assertEquals(Optional.of(a(claim("10.244.1.0/24", 1))), reader.read().record("a"));
      assertEquals("", reader.datastore.problem());
      write(a(claim("10.244.1.0/24", 1), claim("10.244.8.9", 2)));
      reader.await("the refusal", refuses("10.244.8.9/32 is claimed"));
      assertEquals(1, count(proxy, "/api/v1/pods"), "asked again and again");
    }
    plane.kubectl("", "delete", "pod", "-n", "kube-system", "p", "--grace-period=0", "--force");
  }

  @Test
  void whereThereAreNoPoolsClaimsAreFollowedAndCounted() throws Exception {
    plane.kubectl("", "delete", "crd", "nodenetworkconfigs.acn.azure.com");
    try (FaultProxy proxy = FaultProxy.start(plane)) {
      Follower reader = follow(proxy.access(plane.admin().credentials()));
      for (int i = 1; i <= 5; i++) {
        PeerRecord record = a(claim("10.244." + i + ".0/24", 1));
        write(record);
        reader.await("the record", seen -> seen.record("a").equals(Optional.of(record)));
        assertEquals(1, reader.datastore.unproven());
      }
      assertEquals(1, count(proxy, "/api/v1/nodes/a"));
      assertEquals(0, count(proxy, "nodenetworkconfigs"));
    }
  }

  @Test
  void whatTheServerCannotSayLeavesTheLastCheckedRecordInForce() throws Exception {
    try (FaultProxy proxy = FaultProxy.start(plane)) {
      Follower reader = follow(proxy.access(plane.admin().credentials()));
      PeerRecord first = a(claim("10.244.1.0/24", 1));
      write(first);
      reader.await("the record", seen -> seen.record("a").equals(Optional.of(first)));
      plane.setPool("a", "10.240.0.4", "10.244.9.0/24");
      proxy.intrude(head ->
          head.contains("/nodenetworkconfigs/")
              ? "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
              : null);
      PeerRecord second = a(claim("10.244.9.0/24", 1));
      write(second);
      long deadline = System.nanoTime() + Duration.ofSeconds(25).toNanos();
      while (!reader.datastore.problem().startsWith("records cannot be checked")) {
        assertTrue(System.nanoTime() < deadline, "the failure is not reported");
        Thread.sleep(20);
      }
      assertEquals(Optional.of(first), reader.read().record("a"));
      assertEquals(List.of(), reader.read().rejected());
      proxy.intrude(head -> null);
      reader.await("the second", seen -> seen.record("a").equals(Optional.of(second)));
      reader.awaitProblem("");
    }
  }

  @Test
  void aStormOfClaimsInThePoolAsksNothing() throws Exception {
    try (FaultProxy proxy = FaultProxy.start(plane)) {
      Follower reader = follow(proxy.access(plane.admin().credentials()));
      List<Claim> claims = new ArrayList<>(List.of(claim("10.244.1.0/24", 1)));
      write(a(claims.toArray(Claim[]::new)));
      reader.await("the record", seen -> seen.record("a").isPresent());
      assertEquals(1, count(proxy, "/api/v1/nodes/a"));
      assertEquals(1, count(proxy, "/nodenetworkconfigs/a"));
      for (int i = 1; i <= 40; i++) {
        claims.add(claim("10.244.1." + i, 10 + i));
        write(a(claims.toArray(Claim[]::new)));
      }
      reader.await("the last", seen -> seen.record("a").orElseThrow().claims().size() == 41);
      assertEquals(1, count(proxy, "/api/v1/nodes/a"));
      assertEquals(1, count(proxy, "/nodenetworkconfigs/a"));
      claims.add(claim("10.244.2.1", 99));
      write(a(claims.toArray(Claim[]::new)));
      reader.await("the refusal", refuses("10.244.2.1/32 is claimed"));
      assertTrue(count(proxy, "/nodenetworkconfigs/a") >= 2);
    }
  }

  @Test
  void nothingIsConcludedBeforeEveryListedRecordHasBeenDecided() throws Exception {
    PeerRecord good = a(claim("10.244.1.0/24", 1));
    write(good);
    write(node("ghost", 8, "10.240.0.8"));
    try (FaultProxy proxy = FaultProxy.start(plane)) {
      proxy.intrude(head ->
          head.startsWith("GET /api/v1/nodes/a ")
              ? "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
              : null);
      Follower reader = open(proxy.access(plane.admin().credentials()));
      assertFalse(reader.datastore.awaitReadable(Duration.ofSeconds(2)));
      DatastoreException early = assertThrows(DatastoreException.class, reader.datastore::read);
      assertEquals(DatastoreException.Reason.UNAVAILABLE, early.reason());
      proxy.intrude(head -> null);
      assertTrue(reader.datastore.awaitReadable(Duration.ofMinutes(1)), reader.datastore.problem());
      assertEquals(List.of(good), reader.read().records());
      assertTrue(refuses("ghost has no Node").test(reader.read()));
    }
  }

  @Test
  void atTheBeginningAllNodesAreListedAtOnce() throws Exception {
    int many = 60;
    StringBuilder objects = new StringBuilder("{'apiVersion':'v1','kind':'List','items':[");
    for (int i = 1; i <= many; i++) {
      PeerRecord record =
          node("m" + i, i, "10.240.1." + i, claim("10.244." + (100 + i) + ".0/24", 1));
      objects.append(i == 1 ? "" : ",").append(crowd(i, record));
    }
    plane.apply(objects.append("]}").toString());
    write(node("m61", 61, "10.240.1.61"));
    try (FaultProxy proxy = FaultProxy.start(plane)) {
      Follower reader = follow(proxy.access(plane.admin().credentials()));
      assertEquals(many, reader.read().records().size());
      assertTrue(refuses("m61 has no Node").test(reader.read()));
      assertTrue(refuses("10.244.102.0/24 is claimed").test(reader.read()));
      assertEquals(0, count(proxy, "/api/v1/nodes/m1 "));
      assertEquals(0, count(proxy, "/nodenetworkconfigs/m1 "));
      assertEquals(2, count(proxy, "/api/v1/nodes?"));
      assertTrue(count(proxy, "/nodenetworkconfigs?") <= 4, "pages of 20");
      assertTrue(count(proxy, "/api/v1/nodes/m2 ") >= 1, "what is not right is looked into");
    } finally {
      plane.kubectl("", "delete", "node,nodenetworkconfig", "-A", "-l", "crowd=yes");
    }
  }

  /** One of sixty, of which the second claims what it has not been given. */
  private static String crowd(int i, PeerRecord record) {
    String metadata = "'metadata':{'name':'m" + i + "','labels':{'crowd':'yes'}";
    String address = "10.240.1." + i;
    String range = "10.244." + (i == 2 ? 200 : 100 + i) + ".0/24";
    return "{'apiVersion':'v1','kind':'Node',"
        + metadata
        + "},'status':{'addresses':[{'type':'InternalIP','address':'"
        + address
        + "'}]}},{'apiVersion':'acn.azure.com/v1alpha','kind':'NodeNetworkConfig',"
        + metadata
        + ",'namespace':'kube-system'},'status':{'networkContainers':[{'id':'one',"
        + "'assignmentMode':'static','type':'overlay','nodeIP':'"
        + address
        + "','primaryIP':'"
        + range
        + "','subnetAddressSpace':'10.244.0.0/16'}]}},"
        + "{'apiVersion':'azwg.dev/v1alpha1','kind':'WireGuardPeer',"
        + metadata
        + "},'spec':"
        + PeerRecordJson.encodeSpec(record)
        + "}";
  }

  private static PeerRecord a(Claim... claims) {
    return node("a", 1, "10.240.0.4", claims);
  }

  private static Predicate<DatastoreSnapshot> refuses(String beginning) {
    return seen -> seen.rejected().stream().anyMatch(each -> each.reason().startsWith(beginning));
  }

  private static long count(FaultProxy proxy, String path) {
    return proxy.heads().stream()
        .filter(
            head -> head.startsWith("GET ") && head.substring(0, head.indexOf('\r')).contains(path))
        .count();
  }

  /** As somebody writes it who may write anything. */
  private static void write(PeerRecord record) throws Exception {
    plane.kubectl(
        "{\"apiVersion\":\"azwg.dev/v1alpha1\",\"kind\":\"WireGuardPeer\",\"metadata\":{\"name\":\""
            + record.node()
            + "\"},\"spec\":"
            + PeerRecordJson.encodeSpec(record)
            + "}",
        "apply",
        "--server-side",
        "-f",
        "-");
  }

  private static void pod(String node, String address) throws Exception {
    String pod = "'apiVersion':'v1','kind':'Pod','metadata':{'name':'p','namespace':'kube-system'}";
    plane.apply(
        "{"
            + pod
            + ",'spec':{'nodeName':'"
            + node
            + "','automountServiceAccountToken':false,'containers':[{'name':'c','image':'i'}]}}");
    plane.kubectl(
        ("{"
                + pod
                + ",'status':{'phase':'Running','podIPs':[{'ip':'"
                + address
                + "'}],'podIP':'"
                + address
                + "'}}")
            .replace('\'', '"'),
        "replace",
        "--raw",
        "/api/v1/namespaces/kube-system/pods/p/status",
        "-f",
        "-");
  }

  private Follower open(ApiServer server) throws DatastoreException {
    Follower follower =
        new Follower(
            KubernetesDatastore.open(
                server,
                "reader",
                new KubernetesDatastore.Reading(
                    RecordWatch.Timing.STANDARD,
                    Duration.ofSeconds(15),
                    Duration.ofSeconds(30),
                    Optional.of(QUICK))));
    opened.add(follower);
    return follower;
  }

  private Follower follow(ApiServer server) throws Exception {
    Follower follower = open(server);
    assertTrue(
        follower.datastore.awaitReadable(Duration.ofMinutes(1)), follower.datastore.problem());
    return follower;
  }
}
