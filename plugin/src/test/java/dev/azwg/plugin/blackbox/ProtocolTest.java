package dev.azwg.plugin.blackbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.azwg.cnitest.Bytes;
import dev.azwg.cnitest.NetworkNamespace;
import dev.azwg.cnitest.NetworkNamespaces;
import dev.azwg.cnitest.PluginCall;
import dev.azwg.cnitest.PluginOutcome;
import dev.azwg.ipam.address.IpPrefix;
import dev.azwg.plugin.Documents;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** The protocol as the executable speaks it. The checklist's numbers are in the names. */
@Tag("cni")
class ProtocolTest {
  @RegisterExtension final NetworkNamespaces namespaces = new NetworkNamespaces("azwg-p-");
  @TempDir Path directory = Path.of("");
  private NetworkNamespace node = new NetworkNamespace("");
  private Executable plugin = new Executable(Path.of(""), Path.of(""));

  @BeforeEach
  void start() throws Exception {
    plugin = Executable.find(directory.resolve("azwg"));
    node = namespaces.create("node");
  }

  @Test
  void everyDocumentGetsItsAnswer() throws Exception {
    List<String> wrong = new ArrayList<>();
    int number = 0;
    for (Documents.Case document : Documents.all()) {
      Executable fresh = new Executable(plugin.file(), directory.resolve("s" + number++));
      String difference = difference(document, fresh);
      if (!difference.isEmpty()) {
        wrong.add(document + ": " + difference);
      }
    }
    assertEquals(List.of(), wrong);
  }

  private String difference(Documents.Case document, Executable fresh) throws Exception {
    boolean statusWithoutWatcher = document.command().equals("STATUS") && document.code() == 0;
    int code = statusWithoutWatcher ? 50 : document.code();
    Bytes stdin = fresh.inStateDir(document.bytes(), "");
    PluginCall call =
        fresh
            .call(document.command(), "c1", "/run/netns/none")
            .with("CNI_IFNAME", document.ifName())
            .withStdin(stdin)
            .launchedBy(node.launcher());
    if (document.command().equals("CHECK") && code == 0) {
      call.with("CNI_COMMAND", "ADD").run();
    }
    PluginOutcome outcome = call.run();
    int answered = outcome.exitCode() == 0 ? 0 : outcome.error().code();
    if (answered != code || !outcome.stdinTaken()) {
      return outcome.toString();
    }
    if (document.command().equals("ADD")) {
      List<String> recorded =
          fresh.recorded().stream()
              .flatMap(attachment -> attachment.addresses().stream())
              .map(IpPrefix::toString)
              .toList();
      return recorded.equals(document.addresses()) ? "" : "recorded " + recorded;
    }
    boolean silent = code == 0 && !document.command().equals("VERSION");
    return silent && outcome.stdout().length() > 0 ? outcome.toString() : "";
  }

  @Test
  void point1To4AnEnvironmentErrorNamesTheVariables() throws Exception {
    PluginOutcome outcome = PluginCall.of(plugin.file()).with("CNI_COMMAND", "ADD").run();
    assertEquals(4, outcome.error().code());
    for (String variable : List.of("CNI_CONTAINERID", "CNI_NETNS", "CNI_IFNAME")) {
      assertTrue(outcome.error().msg().contains(variable), outcome.toString());
    }
    assertEquals(4, PluginCall.of(plugin.file()).with("CNI_COMMAND", "add").run().error().code());
  }

  @Test
  void point8WithoutACommandItSpeaksOnStderr() throws Exception {
    PluginOutcome outcome = PluginCall.of(plugin.file()).run();
    assertEquals(0, outcome.exitCode());
    assertEquals(Bytes.NONE, outcome.stdout());
    assertTrue(outcome.stderr().text().contains("azwg"), outcome.toString());
  }

  @Test
  void helpAndVersionAreForPeople() throws Exception {
    assertTrue(
        PluginCall.of(plugin.file())
            .withArguments("--help")
            .run()
            .stdout()
            .text()
            .contains("publishTimeout"));
    assertTrue(
        PluginCall.of(plugin.file())
            .withArguments("--version")
            .run()
            .stdout()
            .text()
            .contains("0.3.0"));
    PluginOutcome unknown = PluginCall.of(plugin.file()).withArguments("--frob").run();
    assertEquals(2, unknown.exitCode());
    assertEquals(Bytes.NONE, unknown.stdout());
  }

  @Test
  void point10TwoMegabytesOnStdinBreakNoPipeWhateverTheAnswer() throws Exception {
    byte[] huge =
        ("{\"cniVersion\":\"0.3.0\",\"name\":\"azure\",\"pad\":\"" + "x".repeat(2 << 20) + "\"}")
            .getBytes(StandardCharsets.US_ASCII);
    for (String command : List.of("ADD", "DEL", "NONSENSE", "VERSION")) {
      PluginOutcome outcome =
          plugin
              .call(command, "c1", "/run/netns/none")
              .withStdin(plugin.inStateDir(huge, ""))
              .launchedBy(node.launcher())
              .run();
      assertTrue(outcome.stdinTaken(), command);
      assertFalse(outcome.timedOut(), command);
    }
  }

  @Test
  void point15VersionTakesAnyStdin() throws Exception {
    for (String stdin : List.of("", "garbage", "{\"cniVersion\":\"1.0.0\"}")) {
      PluginOutcome outcome =
          PluginCall.of(plugin.file()).with("CNI_COMMAND", "VERSION").withStdin(stdin).run();
      assertTrue(
          outcome.document().getAsJsonArray("supportedVersions").toString().contains("\"0.3.0\""));
    }
  }

  @Test
  void point83AnEmptyEnvironmentAndAnyDirectoryWillDo() throws Exception {
    PluginOutcome outcome =
        plugin.add("c1", "10.9.0.1").in(Path.of("/")).launchedBy(node.launcher()).run();
    assertTrue(outcome.succeeded(), outcome.toString());
  }

  @Test
  void point34DeepNestingIsRefused() throws Exception {
    String deep = "{\"name\":\"a\",\"x\":" + "[".repeat(100_000) + "]".repeat(100_000) + "}";
    PluginOutcome outcome =
        plugin
            .call("ADD", "c1", "/run/netns/none")
            .withStdin(deep)
            .within(Duration.ofSeconds(20))
            .run();
    assertEquals(6, outcome.error().code());
  }
}
