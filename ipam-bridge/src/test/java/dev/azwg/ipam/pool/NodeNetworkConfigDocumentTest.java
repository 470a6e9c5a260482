package dev.azwg.ipam.pool;

import static dev.azwg.ipam.pool.PoolFixtures.address;
import static dev.azwg.ipam.pool.PoolFixtures.resource;
import static dev.azwg.ipam.pool.PoolFixtures.set;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.azwg.ipam.address.PrefixSet;
import dev.azwg.ipam.pool.AddressPool.Why;
import dev.azwg.ipam.pool.AddressPool.Withheld;
import dev.azwg.ipam.pool.PoolException.Reason;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each kind of NodeNetworkConfig, and documents that are none. */
class NodeNetworkConfigDocumentTest {
  private static final String NODE = "aks-pool-1";

  private static AddressPool read(String resource, String nodeAddress) throws IOException {
    return NodeNetworkConfigDocument.parse(
        resource(resource), resource, NODE, List.of(address(nodeAddress)));
  }

  private static AddressPool parse(String document) throws PoolException {
    return NodeNetworkConfigDocument.parse(
        document.getBytes(StandardCharsets.UTF_8), "test", NODE, List.of(address("10.224.0.4")));
  }

  /** With single quotes for double ones. */
  private static String document(String spec, String containers) {
    return ("{'apiVersion':'acn.azure.com/v1alpha','kind':'NodeNetworkConfig','metadata':{'name':'"
            + NODE
            + "'},'spec':{"
            + spec
            + "},'status':{'networkContainers':["
            + containers
            + "]}}")
        .replace('\'', '"');
  }

  private static Reason refused(String document) {
    return assertThrows(PoolException.class, () -> parse(document)).reason();
  }

  @Test
  void anOverlaysRangeIsOneClaim() throws IOException {
    AddressPool pool = read("overlay.json", "10.224.0.4");
    assertEquals(set("10.244.3.0/24"), pool.prefixes());
    assertEquals(List.of(), pool.withheld());
  }

  @Test
  void anOverlayOfBothFamiliesHasARangeOfEach() throws IOException {
    assertEquals(
        set("10.244.3.0/24", "fd12:3456:789a:0:3::/112"),
        read("overlay-dual.json", "10.224.0.4").prefixes());
  }

  @Test
  void blocksAreClaimedAsRangesAroundTheNodesOwnAddress() throws IOException {
    AddressPool pool = read("vnetblock.json", "10.224.0.20");
    assertEquals(
        set(
            // 16 to 31 without 20
            "10.224.0.16/30",
            "10.224.0.21/32",
            "10.224.0.22/31",
            "10.224.0.24/29",
            "10.224.0.32/28",
            "10.224.5.64/28"),
        pool.prefixes());
    assertEquals(List.of(new Withheld("10.224.0.20/32", Why.NODE_ADDRESS)), pool.withheld());
  }

  @Test
  void aDynamicContainerIsClaimedAddressByAddressAndWhatIsGivenBackIsNot() throws IOException {
    AddressPool pool = read("dynamic.json", "10.240.0.4");
    assertEquals(set("10.241.0.17", "10.241.0.40", "10.241.7.9"), pool.prefixes());
    assertTrue(pool.withheld().isEmpty(), "18 is in no range: " + pool.withheld());
  }

  @Test
  void aContainerWithoutModeAndTypeIsDynamic() throws IOException {
    assertEquals(set("10.241.0.17"), read("dynamic-without-kind.json", "10.240.0.4").prefixes());
  }

  @Test
  void aNodeThatHasNothingYetHasAnEmptyPool() throws IOException {
    assertEquals(AddressPool.EMPTY, read("stub.json", "10.240.0.4"));
    assertEquals(AddressPool.EMPTY, parse(document("", "").replace(",\"status\"", ",\"x\"")));
  }

  @Test
  void aContainerOfAMachineThatHadTheNameBeforeIsPassedOver() throws IOException {
    AddressPool pool = read("overlay.json", "10.224.0.77");
    assertTrue(pool.prefixes().isEmpty());
    assertEquals(Why.OTHER_NODE, pool.withheld().getFirst().why());
  }

  @Test
  void aBlockThatIsGivenBackIsNotClaimed() throws PoolException {
    AddressPool pool =
        parse(
            document(
                "'ipsNotInUse':['b2']",
                "{'assignmentMode':'static','type':'vnetblock','primaryIP':'10.224.0.5/32',"
                    + "'subnetAddressSpace':'10.224.0.0/16','ipAssignments':["
                    + "{'name':'b1','ip':'10.224.0.32/28'},{'name':'b2','ip':'10.224.0.48/28'}]}"));
    assertEquals(set("10.224.0.32/28"), pool.prefixes());
  }

  @Test
  void theGatewayInARangeIsNotClaimed() throws PoolException {
    AddressPool pool =
        parse(
            document(
                "",
                "{'assignmentMode':'static','type':'overlay','primaryIP':'10.244.3.0/30',"
                    + "'defaultGateway':'10.244.3.1','subnetAddressSpace':'10.244.0.0/16'}"));
    assertEquals(set("10.244.3.0", "10.244.3.2/31"), pool.prefixes());
    assertEquals(List.of(new Withheld("10.244.3.1/32", Why.GATEWAY)), pool.withheld());
  }

  @Test
  void anAddressBeforeARangesLengthIsTheContainersOwn() throws PoolException {
    AddressPool pool =
        parse(
            document(
                "",
                "{'assignmentMode':'static','type':'overlay','primaryIP':'10.244.3.1/30',"
                    + "'subnetAddressSpace':'10.244.0.0/16'}"));
    assertEquals(set("10.244.3.0", "10.244.3.2/31"), pool.prefixes());
  }

  @Test
  void anAddressThatIsThereTwiceIsClaimedOnceAndNotAtAllIfGivenBackOnce() throws PoolException {
    String container =
        "{'subnetAddressSpace':'10.241.0.0/16','ipAssignments':["
            + "{'name':'x','ip':'10.241.0.9'},{'name':'y','ip':'10.241.0.9'}]}";
    assertEquals(set("10.241.0.9"), parse(document("", container + "," + container)).prefixes());
    AddressPool released = parse(document("'ipsNotInUse':['y']", container));
    assertTrue(released.prefixes().isEmpty());
    assertEquals(List.of(new Withheld("10.241.0.9/32", Why.RELEASED)), released.withheld());
  }

  @Test
  void whatIsNotKnownOrNotOfTheNodesNetworkIsPassedOver() throws PoolException {
    AddressPool pool =
        parse(
            document(
                "",
                "{'id':'a','type':'mesh','assignmentMode':'static','primaryIP':'10.9.0.0/24'},"
                    + "{'id':'b','assignmentMode':'lease','primaryIP':'10.9.0.0/24'},"
                    + "{'id':'c','macAddress':'00:11:22:33:44:55','primaryIP':'10.9.0.0/24'}"));
    assertTrue(pool.prefixes().isEmpty());
    assertEquals(
        List.of(Why.UNKNOWN_KIND, Why.UNKNOWN_KIND, Why.OTHER_NIC),
        pool.withheld().stream().map(Withheld::why).toList());
  }

  @ParameterizedTest
  @CsvSource({
    "0.0.0.0/0, 0.0.0.0/0, TOO_WIDE",
    "10.0.0.0/8, 10.0.0.0/7, TOO_WIDE",
    "10.244.0.0/19, 10.244.0.0/16, TOO_WIDE",
    "::/0, ::/0, TOO_WIDE",
    "fd00::/63, fd00::/48, TOO_WIDE",
    "10.245.3.0/24, 10.244.0.0/16, OUTSIDE_SUBNET",
    "10.244.0.0/24, fd00::/48, OUTSIDE_SUBNET",
    "10.244.3.0/33, 10.244.0.0/16, ADDRESS",
    "10.244.3.0/24, 10.244.0.0, ADDRESS",
    "fe80::1%eth0/64, fe80::/10, ADDRESS"
  })
  void aRangeThatCannotBeOneNodesIsRefused(String range, String subnet, Reason reason) {
    String container =
        "{'assignmentMode':'static','type':'overlay','primaryIP':'"
            + range
            + "','subnetAddressSpace':'"
            + subnet
            + "'}";
    assertEquals(reason, refused(document("", container)));
  }

  @Test
  void aVirtualNetworksSubnetIsNobodysPool() {
    assertEquals(
        Reason.OUTSIDE_SUBNET,
        refused(
            document(
                "",
                "{'assignmentMode':'static','type':'vnetblock','primaryIP':'10.224.0.0/28',"
                    + "'subnetAddressSpace':'10.224.0.0/28'}")));
  }

  @ParameterizedTest
  @CsvSource({"169.254.3.0/24", "168.63.129.0/24", "127.0.0.0/24", "224.0.1.0/24"})
  void aRangeWithAnAddressThatIsNeverTunnelledIsNotClaimed(String range) throws PoolException {
    AddressPool pool =
        parse(
            document(
                "",
                "{'assignmentMode':'static','type':'overlay','primaryIP':'"
                    + range
                    + "','subnetAddressSpace':'0.0.0.0/0'}"));
    assertTrue(pool.prefixes().isEmpty());
    assertEquals(List.of(new Withheld(range, Why.FORBIDDEN)), pool.withheld());
  }

  @Test
  void aDynamicContainerHasAddressesAndNoRanges() {
    assertEquals(
        Reason.ADDRESS,
        refused(
            document(
                "",
                "{'subnetAddressSpace':'10.241.0.0/16','ipAssignments':[{'ip':'10.241.0.0/28'}]}")));
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      delimiter = ';',
      value = {
        "'status':{'networkContainers':{}}",
        "'status':[]",
        "'status':{'networkContainers':[1]}",
        "'status':{'networkContainers':[{'primaryIP':7}]}",
        "'status':{'networkContainers':[{'ipAssignments':[null]}]}",
        "'status':{'networkContainers':[{'ipAssignments':[{}]}]}",
        "'status':{'networkContainers':[{'ipAssignments':[{'ip':'10.0.0.1'}]}]}",
        "'status':{'networkContainers':[{'ipAssignments':'10.0.0.1'}]}",
        "'spec':{'ipsNotInUse':[1]}",
        "'spec':{'ipsNotInUse':'n17'}"
      })
  void whatHasTheWrongTypeIsRefused(String members) {
    String document =
        "{'apiVersion':'acn.azure.com/v1alpha','kind':'NodeNetworkConfig','metadata':{'name':'"
            + NODE
            + "'},"
            + members
            + "}";
    assertEquals(Reason.INVALID_MEMBER, refused(document.replace('\'', '"')));
  }

  @ParameterizedTest
  @CsvSource({
    "v1alpha, v1beta1, UNKNOWN_VERSION",
    "NodeNetworkConfig, NodeNetworkConfigList, UNKNOWN_VERSION",
    "aks-pool-1, aks-pool-2, WRONG_NODE",
    "creationTimestamp, deletionTimestamp, BEING_DELETED",
    "apiVersion, kind, NOT_JSON"
  })
  void anotherDocumentIsRefused(String what, String by, Reason reason) throws IOException {
    String document = new String(resource("overlay.json"), StandardCharsets.UTF_8);
    assertTrue(document.contains(what));
    assertEquals(
        reason, refused(document.replace("\"" + what, "\"" + by).replace("/" + what, "/" + by)));
  }

  @Test
  void hugeDocumentsAreRefused() {
    String many =
        IntStream.rangeClosed(0, PoolBuilder.MAX_PREFIXES)
            .mapToObj(i -> "{'ip':'10.241." + i / 256 + "." + i % 256 + "'}")
            .collect(Collectors.joining(","));
    assertEquals(
        Reason.TOO_LARGE,
        refused(
            document("", "{'subnetAddressSpace':'10.241.0.0/16','ipAssignments':[" + many + "]}")));
    assertEquals(Reason.TOO_LARGE, refused(document("", "{},".repeat(64) + "{}")));
    assertEquals(Reason.TOO_LARGE, refused(" ".repeat(NodeNetworkConfigDocument.MAX_BYTES + 1)));
    assertEquals(Reason.NOT_JSON, refused("[".repeat(100_000)));
  }

  @Test
  void theMessageNamesTheDocumentAndThePlace() {
    PoolException refused =
        assertThrows(
            PoolException.class,
            () ->
                parse(
                    document(
                        "",
                        "{},{'subnetAddressSpace':'10.241.0.0/16','ipAssignments':[{'ip':'x'}]}")));
    assertEquals(
        "test status networkContainers[1] ipAssignments[0] ip: \"x\": not an IP address",
        refused.getMessage());
  }

  @Test
  void everyFixtureGivesWhatMayBeClaimed() throws IOException {
    List<InetAddress> own =
        List.of(address("10.224.0.4"), address("10.224.0.20"), address("10.240.0.4"));
    for (String name : List.of("overlay", "overlay-dual", "vnetblock", "dynamic")) {
      AddressPool pool = NodeNetworkConfigDocument.parse(resource(name + ".json"), name, NODE, own);
      assertFalse(pool.prefixes().isEmpty(), name);
      PoolFixtures.assertClaimable(pool, own);
    }
  }

  private static Optional<PrefixSet> granted(String document) throws PoolException {
    return NodeNetworkConfigDocument.granted(
        document.getBytes(StandardCharsets.UTF_8), "test", NODE, List.of(address("10.224.0.4")));
  }

  /** A node could otherwise be refused what it has, or free itself of what it is said to have. */
  @Test
  void whatIsGrantedDoesNotDependOnWhatTheNodeWishes() throws PoolException {
    String container =
        "{'id':'x','assignmentMode':'dynamic','type':'vnet','nodeIP':'10.224.0.4',"
            + "'subnetAddressSpace':'10.225.0.0/16','ipAssignments':["
            + "{'name':'one','ip':'10.225.0.10'},{'name':'two','ip':'10.225.0.11'}]}";
    String document = document("'ipsNotInUse':['one']", container);
    assertEquals(set("10.225.0.11/32"), parse(document).prefixes());
    assertEquals(Optional.of(set("10.225.0.10/32", "10.225.0.11/32")), granted(document));
  }

  @Test
  void aGrantedRangeIsWhole() throws PoolException {
    String container =
        "{'id':'x','assignmentMode':'static','type':'vnetblock','nodeIP':'10.224.0.4',"
            + "'primaryIP':'10.224.0.0/28','subnetAddressSpace':'10.224.0.0/16'}";
    assertEquals(Optional.of(set("10.224.0.0/28")), granted(document("", container)));
  }

  @Test
  void aDocumentWithoutKnownContainersSaysNothing() throws PoolException {
    assertEquals(Optional.empty(), granted(document("", "")));
    assertEquals(
        Optional.empty(),
        granted(document("", "{'id':'x','assignmentMode':'static','type':'future'}")));
  }

  /** Its own Node says which addresses a node has, and its kubelet writes that. */
  @Test
  void aContainerOfAnotherAddressGivesNothingAndStillSpeaks() throws PoolException {
    String container =
        "{'id':'x','assignmentMode':'static','type':'overlay','nodeIP':'10.224.0.5',"
            + "'primaryIP':'10.244.3.0/24','subnetAddressSpace':'10.244.0.0/16'}";
    assertEquals(Optional.of(PrefixSet.EMPTY), granted(document("", container)));
  }
}
