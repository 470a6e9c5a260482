package dev.azwg.wg.watcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What the probes of the DaemonSet depend on: the exit codes. */
@Timeout(20)
class StatusCommandTest {
  private static final String READY = "{\"ready\":true}\n";
  private static final String NOT_READY = "{\"ready\":false,\"reason\":\"no API server\"}\n";

  @TempDir private Path root = Path.of("");

  private CommandRun whenTheDaemonAnswers(String document, String... options) throws IOException {
    Path socket = new StatePaths(root).socket();
    Files.createDirectories(socket.resolveSibling(""));
    Log log =
        new Log(
            new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8),
            InstantSource.system(),
            Log.Level.ERROR);
    try (ApiServer _ =
        ApiServer.start(
            socket,
            (request, reply) -> reply.send(document.getBytes(StandardCharsets.UTF_8)),
            log)) {
      return status(options);
    }
  }

  private CommandRun status(String... options) {
    String[] arguments = new String[options.length + 3];
    arguments[0] = "status";
    arguments[1] = "--root";
    arguments[2] = root.toString();
    System.arraycopy(options, 0, arguments, 3, options.length);
    return CommandRun.of(arguments);
  }

  @Test
  void readyIsZeroAndNotReadyIsNot() throws IOException {
    assertEquals(0, whenTheDaemonAnswers(READY).exitCode());
    CommandRun notReady = whenTheDaemonAnswers(NOT_READY);
    assertEquals(CommandLineInterface.EXIT_FAILURE, notReady.exitCode());
    assertTrue(notReady.out().contains("no API server"), notReady::out);
  }

  @Test
  void aDaemonThatAnswersIsAliveReadyOrNot() throws IOException {
    assertEquals(new CommandRun(0, "", ""), whenTheDaemonAnswers(READY, "--alive"));
    assertEquals(new CommandRun(0, "", ""), whenTheDaemonAnswers(NOT_READY, "--alive"));
  }

  @Test
  void whatAnswersSomethingElseIsNotTheDaemon() throws IOException {
    CommandRun run = whenTheDaemonAnswers("[]\n", "--alive");
    assertEquals(CommandLineInterface.EXIT_FAILURE, run.exitCode());
  }

  @Test
  void nobodyIsNotAlive() {
    CommandRun run = status("--alive");
    assertEquals(CommandLineInterface.EXIT_FAILURE, run.exitCode());
    assertTrue(run.err().contains("no status from"), run::err);
  }
}
