package dev.azwg.plugin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.azwg.ipam.address.IpPrefix;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Every document with its expected answer, the addresses it records and the result it prints. */
class DocumentsTest {
  @TempDir Path directory = Path.of("");

  @TestFactory
  List<DynamicTest> eachDocumentGetsItsAnswer() {
    return Documents.all().stream()
        .filter(document -> !document.command().equals("STATUS") || document.code() != 0)
        .map(document -> DynamicTest.dynamicTest(document.toString(), () -> check(document)))
        .toList();
  }

  private void check(Documents.Case document) throws Exception {
    InProcess plugin = new InProcess(directory.resolve(document.toString().replace('/', '_')));
    Map<String, String> variables =
        InProcess.variables(document.command(), "c1", document.ifName());
    if (document.command().equals("CHECK") && document.code() == 0) {
      assertEquals(0, plugin.run(with(variables, "ADD"), document.bytes()).code());
    }
    InProcess.Run run = plugin.run(variables, document.bytes());
    assertEquals(document.code(), run.code(), run.toString());
    if (document.command().equals("ADD")) {
      assertRecorded(document, plugin);
    }
    if (document.code() != 0) {
      assertTrue(run.document().has("msg") && run.document().has("cniVersion"), run.stdout());
    } else if (document.command().equals("ADD")) {
      assertPassedOn(document, run);
    } else if (!document.command().equals("VERSION")) {
      assertEquals("", run.stdout(), "nothing on stdout");
    }
  }

  private static void assertRecorded(Documents.Case document, InProcess plugin) throws Exception {
    List<String> recorded =
        plugin.recorded().stream()
            .flatMap(attachment -> attachment.addresses().stream())
            .map(IpPrefix::toString)
            .toList();
    assertEquals(document.addresses(), recorded);
    assertEquals(
        List.copyOf(recorded.stream().sorted().toList()),
        plugin.routes().stream().sorted().toList());
  }

  private static void assertPassedOn(Documents.Case document, InProcess.Run run) {
    JsonObject config =
        JsonParser.parseString(new String(document.bytes(), StandardCharsets.UTF_8))
            .getAsJsonObject();
    JsonElement version = config.get("cniVersion");
    assertEquals(version, run.document().get("cniVersion"));
    JsonObject previous = config.getAsJsonObject("prevResult");
    if (version.equals(previous.get("cniVersion"))) {
      assertEquals(previous, run.document());
    }
  }

  private static Map<String, String> with(Map<String, String> variables, String command) {
    Map<String, String> changed = new HashMap<>(variables);
    changed.put("CNI_COMMAND", command);
    return changed;
  }
}
