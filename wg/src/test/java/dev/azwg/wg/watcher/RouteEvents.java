package dev.azwg.wg.watcher;

import dev.azwg.netlink.testing.TestNamespace;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** What {@code ip monitor route} says of a namespace, from when it was started. */
record RouteEvents(TestNamespace namespace, Process process, Path output) implements AutoCloseable {
  private static final String MARK = "192.0.2.77";

  static RouteEvents follow(TestNamespace namespace) throws IOException {
    Path output = Files.createTempFile("azwg-routes-", ".out");
    Process process =
        new ProcessBuilder("ip", "-n", namespace.name(), "monitor", "route")
            .redirectErrorStream(true)
            .redirectOutput(Redirect.to(output.toFile()))
            .start();
    RouteEvents events = new RouteEvents(namespace, process, output);
    events.sync();
    return events;
  }

  /** The lines so far that contain a text. */
  List<String> of(String text) throws IOException {
    sync();
    return Files.readAllLines(output).stream().filter(line -> line.contains(text)).toList();
  }

  /** Has an event of its own appear, before which are all others. */
  private void sync() throws IOException {
    long before = marks();
    while (marks() == before) {
      namespace.ip("route", "add", MARK, "dev", "lo");
      namespace.ip("route", "del", MARK, "dev", "lo");
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
    }
  }

  private long marks() throws IOException {
    return Files.readAllLines(output).stream().filter(line -> line.contains(MARK)).count();
  }

  @Override
  public void close() throws IOException {
    process.destroy();
    Files.delete(output);
  }
}
