package dev.azwg.cnitest;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** Programs that prepare or inspect what a test needs. */
final class Shell {
  private static final Map<String, String> ENVIRONMENT =
      Map.of("PATH", "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL", "C");

  private Shell() {}

  /** Runs a program, at most a minute, and returns what it printed. */
  static String run(String... command) throws IOException, InterruptedException {
    PluginOutcome outcome =
        new PluginCall(List.of(command), ENVIRONMENT, Bytes.NONE, Duration.ofMinutes(1), null)
            .run();
    if (!outcome.succeeded()) {
      throw new AssertionError(String.join(" ", command) + ": " + outcome);
    }
    return outcome.stdout().text();
  }
}
