package dev.azwg.plugin.blackbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import dev.azwg.cnitest.PluginOutcome;
import dev.azwg.plugin.Documents;
import java.nio.file.Files;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Error documents. */
class ErrorTest extends BlackBox {
  /** The specification's codes that can come of what the documents do wrong. */
  private static final Set<Integer> OF_THE_SPECIFICATION = Set.of(1, 3, 4, 5, 6, 7, 11, 50, 51);

  @Test
  void point69And71EachFailureIsADocumentWithACodeOfTheSpecification() throws Exception {
    int failures = 0;
    for (Documents.Case document : Documents.all()) {
      if (document.code() == 0) {
        continue;
      }
      failures++;
      PluginOutcome outcome =
          run(
              plugin
                  .call(document.command(), "c1", "/run/netns/none")
                  .withStdin(plugin.inStateDir(document.bytes(), "")));
      JsonObject error = outcome.document();
      assertEquals(document.code(), error.get("code").getAsInt(), outcome.toString());
      assertTrue(OF_THE_SPECIFICATION.contains(document.code()), document.toString());
      assertFalse(error.get("msg").getAsString().isEmpty(), outcome.toString());
      assertFalse(error.get("cniVersion").getAsString().isEmpty(), outcome.toString());
      assertTrue(
          Set.of("cniVersion", "code", "msg", "details").containsAll(error.keySet()),
          outcome.toString());
    }
    assertTrue(failures >= 15, failures + " documents that must fail");
  }

  @Test
  void point70OurOwnCodesBeginAt100() throws Exception {
    String configuration =
        "{\"cniVersion\":\"1.0.0\",\"name\":\"azure\",\"podMtu\":1400,\"prevResult\":"
            + "{\"interfaces\":[{\"name\":\"eth0\"}],\"ips\":[{\"address\":\"10.9.0.1/16\"}]}}";
    // The namespace is not there, so that the MTU of the link in it cannot be set.
    int code = run(call("ADD", configuration)).error().code();
    assertTrue(code >= 100, "code " + code);
    assertNothingIsLeft();
  }

  @Test
  void point72DelNeverSaysNotFound() throws Exception {
    Files.createDirectories(plugin.stateDir());
    for (String script :
        List.of(
            "exec \"$0\"",
            "exec unshare -m sh -c 'mount -t tmpfs -o ro none \"$1\" && exec \"$0\"' \"$0\" \"$1\"")) {
      for (String stdin : List.of("", "{}", "{\"cniVersion\":\"7\"}", "garbage")) {
        PluginOutcome outcome =
            runByShell(
                script,
                plugin.del("c1").withStdin(plugin.inStateDir(stdin, "")),
                plugin.stateDir().toString());
        String said = outcome.stdout().text() + outcome.stderr().text();
        assertFalse(said.toLowerCase(Locale.ROOT).contains("not found"), said);
        assertFalse(said.toLowerCase(Locale.ROOT).contains("no such file"), said);
      }
    }
  }
}
