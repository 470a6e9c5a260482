package dev.azwg.wg.datastore.kubernetes;

import static dev.azwg.wg.mesh.MeshFixtures.address;
import static dev.azwg.wg.mesh.MeshFixtures.prefixes;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.azwg.ipam.address.IpPrefix;
import dev.azwg.ipam.address.PrefixSet;
import dev.azwg.wg.datastore.DatastoreException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class PlatformJsonTest {
  private static PlatformNode node(String document) throws DatastoreException {
    return PlatformJson.node(document.replace('\'', '"'), "test", "a");
  }

  @Test
  void addressesAndRangesOfANode() throws DatastoreException {
    PlatformNode node =
        node(
            "{'metadata':{'name':'a','x':1},'spec':{'podCIDRs':['10.244.1.0/24','fd00:1::/64']},"
                + "'status':{'addresses':[{'type':'InternalIP','address':'10.240.0.4'},"
                + "{'type':'ExternalIP','address':'2001:db8::4'},"
                + "{'type':'Hostname','address':'a'},{'type':'InternalDNS','address':'a.b'}]}}");
    assertEquals(Set.of(address("10.240.0.4"), address("2001:db8::4")), node.addresses());
    assertEquals(PrefixSet.of(prefixes("10.244.1.0/24", "fd00:1::/64")), node.podCidrs());
  }

  @Test
  void aNodeThatSaysNothingHasNothing() throws DatastoreException {
    assertEquals(
        PlatformNode.of(Set.of(), PrefixSet.EMPTY), node("{'metadata':{'name':'a'},'status':{}}"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "[]",
        "{}",
        "{'metadata':{'name':'b'}}",
        "{'metadata':{'name':['a']}}",
        "{'metadata':{'name':'a'},'spec':{'podCIDRs':[7]}}",
        "{'metadata':{'name':'a'},'spec':{'podCIDRs':['x']}}",
        "{'metadata':{'name':'a'},'status':{'addresses':[{'type':'InternalIP','address':'x'}]}}",
      })
  void whatIsNotThatNodeIsRefused(String document) {
    DatastoreException refused = assertThrows(DatastoreException.class, () -> node(document));
    assertEquals(DatastoreException.Reason.MALFORMED_RECORD, refused.reason());
  }

  @Test
  void manyAddressesAreRefused() {
    String one = "{'type':'InternalIP','address':'10.0.0.1'},";
    assertThrows(
        DatastoreException.class,
        () ->
            node(
                "{'metadata':{'name':'a'},'status':{'addresses':["
                    + one.repeat(64)
                    + "{'type':'Hostname','address':'a'}]}}"));
  }

  @Test
  void podsThatLiveInANetworkOfTheirOwn() throws DatastoreException {
    List<IpPrefix> addresses = new ArrayList<>();
    String next =
        PlatformJson.pods(
            ("{'metadata':{'continue':'more'},'items':["
                    + "{'status':{'phase':'Running','podIPs':[{'ip':'10.244.1.7'},{'ip':'fd00::7'}]}},"
                    + "{'status':{'phase':'Succeeded','podIPs':[{'ip':'10.244.1.8'}]}},"
                    + "{'status':{'phase':'Failed','podIPs':[{'ip':'10.244.1.9'}]}},"
                    + "{'spec':{'hostNetwork':true},'status':{'podIPs':[{'ip':'10.240.0.4'}]}},"
                    + "{'spec':{},'status':{}}, 7]}")
                .replace('\'', '"'),
            "test",
            addresses);
    assertEquals("more", next);
    assertEquals(prefixes("10.244.1.7", "fd00::7"), addresses);
  }

  @Test
  void aNodeOfAListThatCannotBeFollowedIsLeftOut() throws DatastoreException {
    Map<String, PlatformNode> nodes = new HashMap<>();
    String next =
        PlatformJson.nodes(
            ("{'metadata':{},'items':[{'metadata':{'name':'a'}},{'metadata':{'name':'b'},"
                    + "'spec':{'podCIDRs':['x']}},{'metadata':{}},7]}")
                .replace('\'', '"'),
            "test",
            nodes);
    assertEquals("", next);
    assertEquals(Set.of("a"), nodes.keySet());
  }

  @Test
  void whatIsNoListOfPodsIsRefused() {
    for (String document : List.of("{}", "{\"items\":{}}", "nonsense")) {
      assertThrows(
          DatastoreException.class, () -> PlatformJson.pods(document, "test", new ArrayList<>()));
    }
  }

  @Test
  void aTextOfTheMetadataIsReadAndNothingElseIsTakenForIt() throws DatastoreException {
    String list = "{\"metadata\":{\"resourceVersion\":\"42\",\"uid\":7},\"items\":[]}";
    assertEquals(Optional.of("42"), PlatformJson.metadata(list, "list", 4096, "resourceVersion"));
    assertEquals(Optional.empty(), PlatformJson.metadata(list, "list", 4096, "uid"));
    assertEquals(Optional.empty(), PlatformJson.metadata("{}", "list", 4096, "uid"));
    assertThrows(DatastoreException.class, () -> PlatformJson.metadata("[]", "list", 4096, "uid"));
    assertThrows(
        DatastoreException.class,
        () -> PlatformJson.metadata(list, "list", list.length() - 1, "resourceVersion"));
  }
}
