package dev.azwg.cnitest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PluginCallTest {
  @TempDir Path directory = Path.of("");

  @Test
  void theEnvironmentIsExactlyWhatTheCallSays() throws Exception {
    Path plugin = FakePlugins.script(directory, "env", "exec /usr/bin/env\n");
    PluginOutcome outcome = PluginCall.of(plugin).with("CNI_COMMAND", "ADD").run();
    // The shell adds variables of its own; none of the test's may be there.
    assertTrue(outcome.stdout().text().contains("CNI_COMMAND=ADD\n"));
    assertFalse(outcome.stdout().text().contains("JAVA_HOME="));
    assertFalse(outcome.stdout().text().contains("HOME="));
  }

  @Test
  void stdinIsGivenByteForByte() throws Exception {
    Path plugin = FakePlugins.script(directory, "cat", "exec cat\n");
    Bytes bytes = Bytes.of(new byte[] {0, (byte) 0xff, 10, 13});
    PluginOutcome outcome = PluginCall.of(plugin).withStdin(bytes).run();
    assertEquals(0, outcome.exitCode());
    assertEquals(bytes, outcome.stdout());
    assertTrue(outcome.stdinTaken());
  }

  @Test
  void aPluginThatDoesNotReadItsStdinIsFound() throws Exception {
    Path plugin = FakePlugins.script(directory, "deaf", "exit 3\n");
    PluginOutcome outcome = PluginCall.of(plugin).withStdin(Bytes.of(new byte[4 << 20])).run();
    assertEquals(3, outcome.exitCode());
    assertFalse(outcome.stdinTaken());
  }

  @Test
  void aPluginIsKilledAtItsDeadline() throws Exception {
    Path plugin = FakePlugins.script(directory, "slow", "exec sleep 60\n");
    PluginOutcome outcome = PluginCall.of(plugin).within(Duration.ofMillis(200)).run();
    assertTrue(outcome.timedOut());
    assertFalse(outcome.succeeded());
    assertTrue(outcome.duration().toSeconds() < 30, outcome.toString());
  }

  @Test
  void anErrorDocumentIsRead() throws Exception {
    Path plugin =
        FakePlugins.script(
            directory,
            "bad",
            "echo '{\"cniVersion\":\"1.0.0\",\"code\":7,\"msg\":\"m\"}'; exit 1\n");
    assertEquals(new CniErrorDocument("1.0.0", 7, "m", ""), PluginCall.of(plugin).run().error());
  }

  @Test
  void twoDocumentsOnStdoutAreAnError() throws Exception {
    Path plugin = FakePlugins.script(directory, "twice", "echo '{}{}'\n");
    PluginOutcome outcome = PluginCall.of(plugin).run();
    assertThrows(AssertionError.class, outcome::document);
  }
}
