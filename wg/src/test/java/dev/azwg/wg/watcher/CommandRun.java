package dev.azwg.wg.watcher;

import dev.azwg.netlink.libc.JnaLibc;
import dev.azwg.netlink.testing.TestNamespace;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/** A command of azwg-watcher, run to its end in this process, and what it printed. */
record CommandRun(int exitCode, String out, String err) {
  static CommandRun in(TestNamespace namespace, String... arguments) throws IOException {
    return namespace.call(() -> of(arguments));
  }

  static CommandRun of(String... arguments) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int exitCode =
        new CommandLineInterface(
                new JnaLibc(),
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8))
            .run(arguments);
    return new CommandRun(
        exitCode, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }
}
