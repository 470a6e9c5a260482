package dev.azwg.conflist;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.azwg.conflist.ConflistException.Reason;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConflistEditorTest {
  private static final AzwgPluginEntry ENTRY =
      AzwgPluginEntry.builder().capability("io.kubernetes.cri.pod-annotations").build();
  private static final AzwgPluginEntry SHORT = AzwgPluginEntry.builder().build();
  private static final String AZURE = "{\"type\":\"azure-vnet\",\"mode\":\"transparent\"}";

  @ParameterizedTest
  @ValueSource(
      strings = {
        "served/classic-node-subnet",
        "served/overlay",
        "served/overlay-cns-generated",
        "served/dualstackoverlay-cns-generated",
        "served/swift-pod-subnet"
      })
  void azuresOwnLists(String name) throws IOException {
    byte[] before = resource(name + ".conflist");
    byte[] after = resource(name + ".with-azwg.conflist");
    assertArrayEquals(after, ConflistEditor.install(before, ENTRY));
    assertSame(after, ConflistEditor.install(after, ENTRY));
    assertArrayEquals(before, ConflistEditor.remove(after));
    assertSame(before, ConflistEditor.remove(before));
  }

  @ParameterizedTest
  @CsvSource({
    "refused/legacy-bridge.conflist, BRIDGE_MODE",
    "refused/legacy-bridge.with-azwg.conflist, BRIDGE_MODE",
    "refused/chained-cilium.conflist, CILIUM",
    "refused/cilium.conflist, CILIUM",
    "refused/empty.conflist, EMPTY",
  })
  void listsThatCannotBeServed(String name, Reason reason) throws IOException {
    byte[] document = resource(name);
    assertEquals(reason, refusal(document));
  }

  @Test
  void ourEntryLeavesAListThatCanNoLongerBeServed() throws IOException {
    assertArrayEquals(
        resource("refused/legacy-bridge.conflist"),
        ConflistEditor.remove(resource("refused/legacy-bridge.with-azwg.conflist")));
  }

  /** One line a case: the list before, and after; the entry is {@code {"type":"azwg"}}. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'plugins':[A]}                        | {'plugins':[A,O]}",
        "{'plugins':[A,O]}                      | {'plugins':[A,O]}",
        "{'plugins':[O,A]}                      | {'plugins':[A,O]}",
        "{'plugins':[A,O,O]}                    | {'plugins':[A,O]}",
        "{'plugins':[O,A,O,{'type':'x'}]}       | {'plugins':[A,{'type':'x'},O]}",
        "{'plugins':[A,{'type':'azwg','mode':'strict'}]} | {'plugins':[A,{'type':'azwg','mode':'strict'}]}",
        "{'plugins':[{'type':'azwg','x':1},A]} | {'plugins':[A,{'type':'azwg','x':1}]}",
        "{'a':{'plugins':[1]},'plugins': [ A ],'n':1.0e2} | "
            + "{'a':{'plugins':[1]},'plugins': [ A, O ],'n':1.0e2}",
        "{'n':12345678901234567890,'s':'plugins','plugins':[A]} | "
            + "{'n':12345678901234567890,'s':'plugins','plugins':[A,O]}",
        "{'s':'\\\\','t':'\\'[','pl\\u0075gins':[A]} | {'s':'\\\\','t':'\\'[','pl\\u0075gins':[A,O]}",
        "{'plugins':[A,{'x':[{},[],'}'],'type':'x'}],'cniVersion':'9'} | "
            + "{'plugins':[A,{'x':[{},[],'}'],'type':'x'},O],'cniVersion':'9'}",
      })
  void onlyOurEntryChanges(String before, String after) throws IOException {
    byte[] expected = expand(after);
    byte[] edited = ConflistEditor.install(expand(before), SHORT);
    assertEquals(
        new String(expected, StandardCharsets.UTF_8), new String(edited, StandardCharsets.UTF_8));
    assertSame(edited, ConflistEditor.install(edited, SHORT));
  }

  @Test
  void theIndentationIsTheLists() throws IOException {
    String tabs =
        """
        {
        \t"plugins": [
        \t\t{
        \t\t\t"type": "azure-vnet",
        \t\t\t"mode": "transparent"
        \t\t}
        \t]
        }
        """;
    String after =
        tabs.replace("\t\t}\n\t]", "\t\t},\n\t\t{\n\t\t\t\"type\": \"azwg\"\n\t\t}\n\t]");
    assertEquals(after, installed(tabs));
    assertEquals(after.replace("\n", "\r\n"), installed(tabs.replace("\n", "\r\n")));
    String cuddled =
        "{ \"plugins\": [{\n    \"type\": \"azure-vnet\",\n    \"mode\": \"transparent\"\n  }, {\n"
            + "    \"type\": \"portmap\"\n  }]}";
    assertEquals(
        cuddled.replace("  }]}", "  }, {\n    \"type\": \"azwg\"\n  }]}"), installed(cuddled));
    String lines = "{\"plugins\":[\n  " + AZURE + "\n]}";
    assertEquals("{\"plugins\":[\n  " + AZURE + ",\n  {\"type\":\"azwg\"}\n]}", installed(lines));
  }

  @Test
  void allMembersOfTheEntry() {
    AzwgPluginEntry entry =
        AzwgPluginEntry.builder()
            .stateDir("/run/azwg")
            .table(51820)
            .publishTimeout("500ms")
            .mode("permissive")
            .podMtu("1340")
            .logFile("/var/log/azwg.log")
            .logLevel("info")
            .build();
    assertEquals(
        "{\"type\":\"azwg\",\"stateDir\":\"/run/azwg\",\"table\":51820,"
            + "\"publishTimeout\":\"500ms\",\"mode\":\"permissive\",\"podMtu\":1340,"
            + "\"logFile\":\"/var/log/azwg.log\",\"logLevel\":\"info\"}",
        entry.toJson().toString());
    assertEquals(
        "{\"type\":\"azwg\",\"podMtu\":\"auto\"}",
        AzwgPluginEntry.builder().podMtu("auto").build().toJson().toString());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'plugins':[{'type':'bridge'}]}                                | NO_AZURE_VNET",
        "{'plugins':[{'type':'azure-vnet','mode':'tunnel'}]}            | TUNNEL_MODE",
        "{'plugins':[{'type':'azure-vnet'}]}                            | TUNNEL_MODE",
        "{'plugins':[{'type':'azure-vnet','mode':'transparent-vlan'}]}  | TRANSPARENT_VLAN_MODE",
        "{'plugins':[{'type':'azure-vnet','mode':'l4'}]}                | UNKNOWN_MODE",
        "{'plugins':[{'type':'azure-vnet','Mode':'bridge'}]}            | BRIDGE_MODE",
        "{'plugins':[{'type':'azure-vnet','mode':'transparent','multiTenancy':true}]}"
            + "                                                         | MULTITENANCY",
        "{'plugins':[A,{'type':'cilium-cni'}]}                          | CILIUM",
        "{'plugins':[]}                                                 | NOT_A_LIST",
        "{'plugins':{}}                                                 | NOT_A_LIST",
        "{'plugins':[A,null]}                                           | NOT_A_LIST",
        "{'plugins':[A,{'type':7}]}                                     | NOT_A_LIST",
        "{'plugins':[A,{}]}                                             | NOT_A_LIST",
        "{'type':'azure-vnet','mode':'transparent'}                     | NOT_A_LIST",
        "[A]                                                            | NOT_A_LIST",
        "{'plugins':[A],'plugins':[A]}                                  | INVALID",
        "{'plugins':[A]} x                                              | INVALID",
        "{'plugins':[A                                                  | TRUNCATED",
        "{'plugins':[A]                                                 | TRUNCATED",
      })
  void everyRefusalHasItsReason(String document, Reason reason) {
    assertEquals(reason, refusal(expand(document)));
  }

  /** A writer that does not rename is seen at any length. */
  @Test
  void aHalfWrittenListIsNeverEdited() throws IOException {
    byte[] whole = resource("served/overlay.conflist");
    int end = new String(whole, StandardCharsets.UTF_8).lastIndexOf('}');
    for (int length = 0; length <= end; length++) {
      byte[] part = Arrays.copyOf(whole, length);
      Reason reason = refusal(part);
      assertEquals(
          true,
          reason == Reason.EMPTY || reason == Reason.TRUNCATED || reason == Reason.INVALID,
          "at " + length + ": " + reason);
    }
  }

  @Test
  void aListOfOurEntryAloneIsNotMadeEmpty() {
    assertEquals(
        Reason.NOT_A_LIST,
        assertThrows(
                ConflistException.class, () -> ConflistEditor.remove(expand("{'plugins':[O]}")))
            .reason());
  }

  private static Reason refusal(byte[] document) {
    return assertThrows(ConflistException.class, () -> ConflistEditor.install(document, SHORT))
        .reason();
  }

  private static String installed(String before) throws IOException {
    byte[] after = ConflistEditor.install(before.getBytes(StandardCharsets.UTF_8), SHORT);
    assertEquals(before, new String(ConflistEditor.remove(after), StandardCharsets.UTF_8));
    return new String(after, StandardCharsets.UTF_8);
  }

  private static byte[] expand(String shorthand) {
    return shorthand
        .replace("\\'", "\u0000")
        .replace("'", "\"")
        .replace("\u0000", "\\\"")
        .replace("[A", "[" + AZURE)
        .replace("[ A", "[ " + AZURE)
        .replace(",A", "," + AZURE)
        .replace("[O", "[{\"type\":\"azwg\"}")
        .replace(", O", ", {\"type\":\"azwg\"}")
        .replace(",O", ",{\"type\":\"azwg\"}")
        .getBytes(StandardCharsets.UTF_8);
  }

  static byte[] resource(String name) throws IOException {
    try (InputStream in = ConflistEditorTest.class.getResourceAsStream(name)) {
      return Objects.requireNonNull(in, name).readAllBytes();
    }
  }
}
