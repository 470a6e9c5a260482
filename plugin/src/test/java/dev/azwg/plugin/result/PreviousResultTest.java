package dev.azwg.plugin.result;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.google.gson.JsonParser;
import dev.azwg.conflist.json.JsonText;
import dev.azwg.plugin.spec.CniCommand;
import dev.azwg.plugin.spec.CniException;
import dev.azwg.plugin.spec.CniVersion;
import dev.azwg.plugin.spec.NetworkConfig;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class PreviousResultTest {
  private static final String V020 =
      """
      {"cniVersion":"0.2.0",
       "ip4":{"ip":"10.0.0.5/16","gateway":"10.0.0.1","routes":[{"dst":"0.0.0.0/0","gw":"10.0.0.1"}]},
       "ip6":{"ip":"fd00::5/64","routes":[{"dst":"::/0"}]},
       "dns":{"nameservers":["10.0.0.10"]}}
      """;
  private static final String V040 =
      """
      {"cniVersion":"0.4.0",
       "interfaces":[{"name":"eth0","mac":"00:11:22:33:44:55"}],
       "ips":[{"version":"4","address":"10.0.0.5/16","gateway":"10.0.0.1"},
              {"version":"6","address":"fd00::5/64"}],
       "routes":[{"dst":"0.0.0.0/0","gw":"10.0.0.1"},{"dst":"::/0"}],
       "dns":{}}
      """;
  private static final String V100 =
      """
      {"cniVersion":"1.0.0",
       "interfaces":[{"name":"eth0","mac":"00:11:22:33:44:55"}],
       "ips":[{"address":"10.0.0.5/16","gateway":"10.0.0.1"},{"address":"fd00::5/64"}],
       "routes":[{"dst":"0.0.0.0/0","gw":"10.0.0.1"},{"dst":"::/0"}]}
      """;

  @ParameterizedTest(name = "point 23: in version {0} nothing changes, not even spelling")
  @EnumSource(CniVersion.class)
  void sameVersionIsUntouched(CniVersion version) throws CniException {
    String text =
        "{\"z\":1.50,\"cniVersion\":\""
            + version
            + "\",\"ips\":[{\"address\":\"10.0.0.5/16\",\"x\":-0,\"version\":\"4\"}],"
            + "\"big\":12345678901234567890123,\"e\":1E+2,\"html\":\"<&>\",\"interfaces\":null,"
            + "\"routes\":[{\"mtu\":1400,\"table\":7}],\"a\":{\"b\":[true,null]}}";
    assertEquals(text, JsonText.compact(previous(version, text).in(version)));
  }

  @Test
  void point24From040To100DropsTheFamilyAndEmptyDns() throws CniException {
    assertConverts(V040, CniVersion.V1_0_0, V100);
  }

  @Test
  void point24From100To040AddsTheFamilyAndDns() throws CniException {
    assertConverts(V100, CniVersion.V0_4_0, V040);
  }

  @Test
  void point24From100To031IsTheSameForm() throws CniException {
    assertConverts(V100, CniVersion.V0_3_1, V040.replace("0.4.0", "0.3.1"));
  }

  @Test
  void point24From110DropsWhatCameWith110() throws CniException {
    assertConverts(
        """
        {"cniVersion":"1.1.0",
         "interfaces":[{"name":"eth0","mtu":1500,"socketPath":"/s","pciID":"p","own":1}],
         "ips":[{"address":"10.0.0.5/16","interface":0}],
         "routes":[{"dst":"0.0.0.0/0","mtu":1400,"advmss":1,"priority":2,"table":3,"scope":4}]}
        """,
        CniVersion.V1_0_0,
        """
        {"cniVersion":"1.0.0",
         "interfaces":[{"name":"eth0","own":1}],
         "ips":[{"address":"10.0.0.5/16","interface":0}],
         "routes":[{"dst":"0.0.0.0/0"}]}
        """);
  }

  @Test
  void point24From020To100MakesLists() throws CniException {
    assertConverts(
        V020,
        CniVersion.V1_0_0,
        """
        {"cniVersion":"1.0.0",
         "dns":{"nameservers":["10.0.0.10"]},
         "ips":[{"address":"10.0.0.5/16","gateway":"10.0.0.1"},{"address":"fd00::5/64"}],
         "routes":[{"dst":"0.0.0.0/0","gw":"10.0.0.1"},{"dst":"::/0"}]}
        """);
  }

  @Test
  void point24From040To020MakesFamilies() throws CniException {
    assertConverts(
        V040, CniVersion.V0_2_0, V020.replace("{\"nameservers\":[\"10.0.0.10\"]}", "{}"));
  }

  @Test
  void point25AResultWithoutVersionHasTheConfigurations() throws CniException {
    assertEquals(
        "{\"cniVersion\":\"1.0.0\",\"ips\":[]}",
        JsonText.compact(previous(CniVersion.V1_0_0, "{\"ips\":[]}").in(CniVersion.V1_0_0)));
  }

  @ParameterizedTest(name = "points 18 and 22: prevResult {0} is error {1}")
  @CsvSource(
      delimiter = '|',
      value = {
        "null | 7",
        "\"x\" | 6",
        "[] | 6",
        "{\"cniVersion\":\"9.9.9\"} | 1",
        "{\"cniVersion\":7} | 6"
      })
  void unusable(String prevResult, int code) {
    CniException e =
        assertThrows(CniException.class, () -> previous(CniVersion.V1_0_0, prevResult));
    assertEquals(code, e.code().number());
  }

  private static void assertConverts(String from, CniVersion to, String expected)
      throws CniException {
    // The configuration's version does not matter when the result has its own.
    assertEquals(JsonParser.parseString(expected), previous(CniVersion.V1_1_0, from).in(to));
  }

  private static PreviousResult previous(CniVersion config, String prevResult) throws CniException {
    String stdin =
        "{\"cniVersion\":\"" + config + "\",\"name\":\"n\",\"prevResult\":" + prevResult + "}";
    return PreviousResult.of(
        NetworkConfig.parse(stdin.getBytes(StandardCharsets.UTF_8), CniCommand.ADD));
  }
}
