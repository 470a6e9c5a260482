package dev.azwg.ipam.prevresult;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.google.gson.JsonElement;
import dev.azwg.conflist.json.Dialect;
import dev.azwg.conflist.json.JsonException;
import dev.azwg.conflist.json.Members;
import dev.azwg.conflist.json.StrictJson;
import dev.azwg.ipam.ledger.Attachment;
import dev.azwg.ipam.prevresult.PrevResultException.Reason;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.StringJoiner;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class PrevResultTest {
  static Stream<String> cases() throws IOException {
    return new String(resource("cases.txt"), StandardCharsets.UTF_8)
        .lines()
        .filter(line -> !line.startsWith("#"));
  }

  /** What azure-vnet prints, alone and as it stands in our standard input, and odd documents. */
  @ParameterizedTest
  @MethodSource("cases")
  void documentsOfTheField(String line) throws Exception {
    String[] words = line.split(" ", 3);
    JsonElement document = StrictJson.parse(resource(words[0]), Dialect.GO);
    JsonElement prevResult =
        words[0].startsWith("results/")
            ? document
            : Members.find(document.getAsJsonObject(), "prevResult");
    assertEquals(words.length < 3 ? "" : words[2], outcome(prevResult, words[1]));
  }

  /** The same notation as in the cases, on documents with ' for ". */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{}                                                         | ''",
        "{'ips':null,'interfaces':null}                             | ''",
        "{'cniVersion':'1.0.0','ip4':{'ip':'10.0.0.1/8'}}           | ''",
        "{'ip4':{'ip':'10.0.0.1/8'},'ip6':null}                     | 10.0.0.1/32",
        "{'cniVersion':'0.1.0','ip6':{'ip':'fd00::1/64'},'ips':[{}]}| fd00::1/128",
        "{'cniVersion':'0.2.0','ip4':{}}                            | !ADDRESS",
        "{'cniVersion':'0.2.0','ip4':'10.0.0.1/8'}                  | !WRONG_TYPE",
        "{'IPs':[{'Address':'10.0.0.1/8'}]}                         | 10.0.0.1/32",
        "{'ips':{}}                                                 | !WRONG_TYPE",
        "{'ips':[null]}                                             | !WRONG_TYPE",
        "{'ips':['10.0.0.1/8']}                                     | !WRONG_TYPE",
        "{'ips':[{}]}                                               | !ADDRESS",
        "{'ips':[{'address':null}]}                                 | !ADDRESS",
        "{'ips':[{'address':7}]}                                    | !WRONG_TYPE",
        "{'ips':[{'address':''}]}                                   | !ADDRESS",
        "{'ips':[{'address':'10.0.0.01/8'}]}                        | !ADDRESS",
        "{'ips':[{'address':'10.0.0.1/08'}]}                        | !ADDRESS",
        "{'ips':[{'address':'::ffff:10.0.0.1/95'}]}                 | !ADDRESS",
        "{'ips':[{'address':'168.63.129.16/32'},{'address':'10.0.0.1/8'}]}"
            + "                                   | 10.0.0.1/32 -AZURE_HOST:168.63.129.16/32",
        "{'ips':[{'address':'10.0.0.1/8'},{'address':'10.0.0'}]}    | !ADDRESS",
        "{'ips':[{'address':'10.0.0.1/8','interface':null}]}        | 10.0.0.1/32",
        "{'ips':[{'address':'10.0.0.1/8','interface':0}]}           | !INTERFACE_INDEX",
        "{'ips':[{'address':'10.0.0.1/8','interface':'0'}]}         | !WRONG_TYPE",
        "{'ips':[{'address':'10.0.0.1/8','interface':0.0}]}         | !WRONG_TYPE",
        "{'ips':[{'address':'10.0.0.1/8','interface':1e400}]}       | !WRONG_TYPE",
        "{'ips':[{'address':'10.0.0.1/8','interface':99999999999999999999}]} | !WRONG_TYPE",
        "{'ips':[{'address':'10.0.0.1/8','interface':4294967296}],'interfaces':[{'name':'eth0'}]}"
            + "                                                    | !INTERFACE_INDEX",
        "{'ips':[{'address':'10.0.0.1/8','interface':0}],'interfaces':[null]}     | !WRONG_TYPE",
        "{'ips':[{'address':'10.0.0.1/8','interface':0}],'interfaces':[{'name':'eth0'}]}"
            + "                                                    | 10.0.0.1/32",
        "{'ips':[{'address':'10.0.0.1/8','interface':0},{'address':'10.0.0.2/8','interface':1}],"
            + "'interfaces':[{'name':'eth0'},{'name':'eth0','sandbox':'/n'}]} | 10.0.0.2/32",
        "{'ips':[{'address':'10.0.0.1/8','interface':0},{'address':'10.0.0.2/8','interface':1}],"
            + "'interfaces':[{'name':'eth0','sandbox':''},{'name':'eth1'}]}  | 10.0.0.1/32",
        "[]                                                         | !WRONG_TYPE",
        "null                                                       | !MISSING",
      })
  void theRules(String document, String expected) throws Exception {
    assertEquals(expected, outcome(parse(document), "eth0"));
  }

  @Test
  void aRefusalSaysWhere() throws Exception {
    JsonElement result = parse("{'ips':[{'address':'10.0.0.1/8'},{'address':'10.0.0.2/33'}]}");
    PrevResultException refusal =
        assertThrows(PrevResultException.class, () -> PrevResult.podAddresses(result, "eth0"));
    assertEquals("prevResult.ips[1].address", refusal.location());
    assertEquals(
        "prevResult.ips[1].address: \"10.0.0.2/33\": the prefix length is out of range",
        refusal.getMessage());
  }

  @Test
  void noMoreAddressesThanAnAttachmentCanHave() throws Exception {
    assertEquals(
        Attachment.MAX_ADDRESSES,
        PrevResult.podAddresses(many(Attachment.MAX_ADDRESSES), "eth0").addresses().size());
    JsonElement more = many(Attachment.MAX_ADDRESSES + 1);
    assertEquals(
        Reason.TOO_MANY_ADDRESSES,
        assertThrows(PrevResultException.class, () -> PrevResult.podAddresses(more, "eth0"))
            .reason());
  }

  private static JsonElement many(int count) throws JsonException {
    StringJoiner ips = new StringJoiner(",", "{'ips':[", "]}");
    for (int i = 0; i < count; i++) {
      ips.add("{'address':'10.1." + i / 256 + '.' + i % 256 + "/8'}");
    }
    return parse(ips.toString());
  }

  private static String outcome(@Nullable JsonElement prevResult, String ifName) {
    PodAddresses pod;
    try {
      pod = PrevResult.podAddresses(prevResult, ifName);
    } catch (PrevResultException e) {
      return "!" + e.reason();
    }
    StringJoiner words = new StringJoiner(" ");
    pod.addresses().forEach(address -> words.add(address.toString()));
    pod.withheld().forEach(held -> words.add("-" + held.rule() + ':' + held.address()));
    return words.toString();
  }

  private static JsonElement parse(String document) throws JsonException {
    return StrictJson.parse(
        document.replace('\'', '"').getBytes(StandardCharsets.UTF_8), Dialect.GO);
  }

  private static byte[] resource(String name) throws IOException {
    try (InputStream in = PrevResultTest.class.getResourceAsStream(name)) {
      return Objects.requireNonNull(in, name).readAllBytes();
    }
  }
}
