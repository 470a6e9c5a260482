package dev.azwg.wg.device;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Runs commands for tests. */
public final class Command {
  private Command() {}

  /** Runs a command to its end: its standard output. Anything but exit code 0 is an error. */
  public static String run(List<String> command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    int code = process.waitFor();
    if (code != 0) {
      throw new IOException(command + " ended with " + code + ": " + output);
    }
    return output;
  }

  /** Whether a command can be run and ends with 0. */
  public static boolean succeeds(String... command) throws InterruptedException {
    try {
      run(List.of(command));
      return true;
    } catch (IOException e) {
      return false;
    }
  }
}
