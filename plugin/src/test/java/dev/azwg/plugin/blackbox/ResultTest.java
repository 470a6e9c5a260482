package dev.azwg.plugin.blackbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import dev.azwg.cnitest.PluginCall;
import dev.azwg.cnitest.PluginOutcome;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The previous result: what is taken from it, and that it comes out as it went in. */
class ResultTest extends BlackBox {
  /** Members in an unusual order, unknown ones, and numbers that a decoder would respell. */
  private static final String RICH =
      "{\"interfaces\":[{\"name\":\"azv1\",\"mac\":\"0a:00\",\"mtu\":1500},"
          + "{\"mac\":\"0b:00\",\"name\":\"eth0\",\"sandbox\":\"/run/netns/x\",\"socketPath\":\"/s\","
          + "\"pciID\":\"0000:01:00.0\",\"future\":[1.0,1e2,12345678901234567890]}],"
          + "\"cniVersion\":\"1.1.0\",\"x-azure\":{\"b\":1.50,\"a\":\"<&>\"},"
          + "\"ips\":[{\"interface\":1,\"gateway\":\"169.254.1.1\",\"address\":\"10.9.0.1/16\"}],"
          + "\"routes\":[{\"dst\":\"0.0.0.0/0\",\"gw\":\"169.254.1.1\",\"mtu\":1400,\"advmss\":1360,"
          + "\"priority\":5,\"table\":100,\"scope\":253},{\"dst\":\"10.1.0.0/16\"}],"
          + "\"dns\":{\"nameservers\":[\"168.63.129.16\"],\"options\":[]}}";

  @Test
  void point22WithoutAPreviousResultItSaysWhereItBelongs() throws Exception {
    for (String missing : List.of("", ",\"prevResult\":null")) {
      PluginOutcome outcome =
          fail(7, call("ADD", "{\"cniVersion\":\"1.0.0\",\"name\":\"a\"" + missing + "}"));
      assertTrue(outcome.error().msg().contains("chained"), outcome.toString());
    }
    for (String wrong : List.of("\"x\"", "7", "[]", "true")) {
      fail(6, add("1.0.0", wrong));
    }
  }

  @Test
  void point23TheResultComesOutByteForByte() throws Exception {
    PluginOutcome outcome = succeed(add("1.1.0", RICH));
    assertEquals(RICH, outcome.stdout().text().strip());
    assertEquals(List.of("10.9.0.1/32"), addresses());
  }

  @Test
  void point24EveryVersionOfTheConfigurationTakesEveryVersionOfTheResult() throws Exception {
    List<String> versions = List.of("0.1.0", "0.2.0", "0.3.0", "0.3.1", "0.4.0", "1.0.0", "1.1.0");
    for (String target : versions) {
      for (String source : versions) {
        JsonObject result = succeed(add(target, result(source))).document();
        String what = source + " to " + target + ": " + result;
        assertEquals(target, result.get("cniVersion").getAsString(), what);
        assertEquals(List.of("10.9.0.1/32", "fd12::1/128"), addresses(), what);
        if (target.compareTo("0.3.0") < 0) {
          assertEquals("10.9.0.1/16", result.getAsJsonObject("ip4").get("ip").getAsString(), what);
          assertEquals("fd12::1/64", result.getAsJsonObject("ip6").get("ip").getAsString(), what);
          assertTrue(!result.has("ips") && !result.has("interfaces"), what);
        } else {
          JsonArray ips = result.getAsJsonArray("ips");
          assertEquals(2, ips.size(), what);
          JsonObject first = ips.get(0).getAsJsonObject();
          assertEquals("10.9.0.1/16", first.get("address").getAsString(), what);
          assertEquals(target.startsWith("0."), first.has("version"), what);
          assertTrue(!result.has("ip4") && !result.has("ip6"), what);
        }
      }
    }
  }

  private static String result(String version) {
    String head = "{\"cniVersion\":\"" + version + "\",";
    if (version.compareTo("0.3.0") < 0) {
      return head
          + "\"ip4\":{\"ip\":\"10.9.0.1/16\",\"gateway\":\"169.254.1.1\","
          + "\"routes\":[{\"dst\":\"0.0.0.0/0\"}]},\"ip6\":{\"ip\":\"fd12::1/64\"},\"dns\":{}}";
    }
    boolean family = version.startsWith("0.");
    return head
        + "\"interfaces\":[{\"name\":\"eth0\"}],\"ips\":[{"
        + (family ? "\"version\":\"4\"," : "")
        + "\"address\":\"10.9.0.1/16\",\"gateway\":\"169.254.1.1\"},{"
        + (family ? "\"version\":\"6\"," : "")
        + "\"address\":\"fd12::1/64\"}],\"routes\":[{\"dst\":\"0.0.0.0/0\"}]"
        + (family ? ",\"dns\":{}" : "")
        + "}";
  }

  @Test
  void point25AResultWithoutAVersionHasTheConfigurations() throws Exception {
    JsonObject result =
        succeed(add("1.0.0", "{\"ips\":[{\"address\":\"10.9.0.1/16\"}]}")).document();
    assertEquals("1.0.0", result.get("cniVersion").getAsString());
    assertEquals(List.of("10.9.0.1/32"), addresses());
  }

  @Test
  void point26WithoutAddressesNothingIsClaimedAndThePodStarts() throws Exception {
    for (String ips : List.of("{}", "{\"ips\":null}", "{\"ips\":[]}")) {
      succeed(add("1.0.0", ips));
      assertNothingIsLeft();
    }
  }

  @Test
  void point27ANullAddressEntryIsAnError() throws Exception {
    PluginOutcome outcome = fail(6, add("1.0.0", "{\"ips\":[null]}"));
    assertTrue(outcome.error().details().contains("ips"), outcome.toString());
    assertNothingIsLeft();
  }

  @Test
  void point28AnAddressThatIsNoneRecordsNothingOfTheResult() throws Exception {
    for (String wrong :
        List.of(
            "10.9.0.1",
            "10.9.0.1/33",
            "010.9.0.1/16",
            "fd12::1%eth0/64",
            "fd12::1/129",
            "x",
            "",
            "10.9.0/16",
            "10.9.0.1/-1",
            "10.9.0.1/+16",
            "10.9.0.1/016")) {
      fail(6, addresses("\"10.9.0.7/16\"", "\"" + wrong + "\""));
      assertNothingIsLeft();
    }
    fail(6, addresses("7"));
    fail(6, addresses("null"));
  }

  @Test
  void point29AddressesThatMustNotBeTunnelledAreNeverRecorded() throws Exception {
    for (String outside : List.of("169.254.3.4/16", "fe80::1/64", "168.63.129.16/32")) {
      PluginOutcome outcome = succeed(addresses("\"" + outside + "\"", "\"10.9.0.7/16\""));
      assertEquals(List.of("10.9.0.7/32"), addresses());
      assertTrue(outcome.stderr().text().contains("outside the tunnel"), outcome.toString());
    }
    succeedSilently(plugin.del("c1"));
    for (String impossible :
        List.of("0.0.0.0/0", "127.0.0.1/8", "224.0.0.1/4", "255.255.255.255/32", "::1/128")) {
      fail(7, addresses("\"10.9.0.7/16\"", "\"" + impossible + "\""));
      assertNothingIsLeft();
    }
  }

  @Test
  void point30AMappedAddressIsItsIpv4Address() throws Exception {
    succeed(addresses("\"::ffff:10.9.0.7/112\""));
    assertEquals(List.of("10.9.0.7/32"), addresses());
  }

  @Test
  void point31TheIndexTellsWhoseAddressItIs() throws Exception {
    String both =
        "{\"interfaces\":[{\"name\":\"azv1\"},{\"name\":\"eth0\",\"sandbox\":\"/run/netns/x\"}],"
            + "\"ips\":[{\"interface\":1,\"address\":\"10.9.0.7/16\"},"
            + "{\"interface\":0,\"address\":\"10.9.0.8/16\"}]}";
    succeed(add("1.0.0", both));
    assertEquals(List.of("10.9.0.7/32"), addresses());
    succeedSilently(plugin.del("c1"));
    for (String index : List.of("2", "-1", "99999999999999999999", "\"1\"", "1.5")) {
      fail(6, add("1.0.0", both.replace("\"interface\":1", "\"interface\":" + index)));
      assertNothingIsLeft();
    }
  }

  @Test
  void point32DuplicatesAreRecordedOnceAndManyAllAreTaken() throws Exception {
    succeed(addresses("\"10.9.0.7/16\"", "\"10.9.0.7/24\"", "\"::ffff:10.9.0.7/120\""));
    assertEquals(List.of("10.9.0.7/32"), addresses());
    succeed(
        addresses(
            IntStream.range(0, 200)
                .mapToObj(i -> "\"10.9.1." + i + "/16\"")
                .toArray(String[]::new)));
    assertEquals(200, addresses().size());
    assertEquals(200, table().size());
    succeedSilently(plugin.del("c1"));
    assertNothingIsLeft();
  }

  @Test
  void point33AWrongFamilyMemberIsTolerated() throws Exception {
    for (String family : List.of("\"6\"", "\"\"", "\"banana\"")) {
      succeed(add("0.3.1", "{\"ips\":[{\"version\":" + family + ",\"address\":\"10.9.0.7/16\"}]}"));
      assertEquals(List.of("10.9.0.7/32"), addresses());
    }
  }

  @Test
  void point34JsonOddities() throws Exception {
    succeed(add("1.0.0", "{\"ips\":[],\"ips\":[{\"address\":\"10.9.0.7/16\"}]}"));
    assertEquals(List.of("10.9.0.7/32"), addresses());
    succeed(add("1.0.0", "{\"IPs\":[{\"Address\":\"10.9.0.8/16\"}]}"));
    assertEquals(List.of("10.9.0.8/32"), addresses());
    JsonObject html =
        succeed(add("1.0.0", "{\"x\":\"<a href='x'>&é\\u2028\",\"ips\":[]}")).document();
    assertEquals("<a href='x'>&é\u2028", html.get("x").getAsString());
    String nested = "[".repeat(100_000) + "]".repeat(100_000);
    fail(6, add("1.0.0", "{\"x\":" + nested + "}"));
    fail(6, call("ADD", "{\"name\":\"a\",\"x\":" + "{\"y\":".repeat(100_000)));
  }

  private PluginCall addresses(String... elements) {
    StringBuilder ips = new StringBuilder();
    for (String element : elements) {
      ips.append(ips.isEmpty() ? "" : ",").append("{\"address\":").append(element).append('}');
    }
    return add("1.0.0", "{\"ips\":[" + ips + "]}");
  }

  private PluginCall add(String version, String result) {
    return call(
        "ADD",
        "{\"cniVersion\":\""
            + version
            + "\",\"name\":\"azure\",\"type\":\"azwg\",\"prevResult\":"
            + result
            + "}");
  }
}
