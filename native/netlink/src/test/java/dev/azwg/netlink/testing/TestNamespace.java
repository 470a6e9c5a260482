package dev.azwg.netlink.testing;

import dev.azwg.netlink.libc.JnaLibc;
import dev.azwg.netlink.netns.NamespaceTask;
import dev.azwg.netlink.netns.NetworkNamespace;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A network namespace of a test, made with ip-netns(8), with {@code lo} up and nothing else in it.
 *
 * <p>Its name is {@code azwg-t<pid>-<suffix>}: what a killed test run left behind is recognised by
 * its dead process and removed by the next run.
 */
public final class TestNamespace implements AutoCloseable {
  private static final Path RUN_NETNS = Path.of("/run/netns");
  private static final String PREFIX = "azwg-t";
  private static final long COMMAND_TIMEOUT_SECONDS = 60;

  private final String name;

  private TestNamespace(String name) {
    this.name = name;
  }

  /** Why namespaces cannot be made here; empty if they can. */
  public static Optional<String> unavailable() {
    if (!"root".equals(System.getProperty("user.name"))) {
      return Optional.of("needs root to make network namespaces");
    }
    if (!Files.isExecutable(Path.of("/usr/sbin/ip")) && !Files.isExecutable(Path.of("/sbin/ip"))) {
      return Optional.of("needs ip of iproute2");
    }
    return Optional.empty();
  }

  /**
   * Makes a namespace.
   *
   * @param suffix unique in this process
   */
  public static TestNamespace create(String suffix) {
    TestNamespace namespace =
        new TestNamespace(PREFIX + ProcessHandle.current().pid() + "-" + suffix);
    run("ip", "netns", "add", namespace.name);
    try {
      namespace.ip("link", "set", "lo", "up");
      return namespace;
    } catch (RuntimeException e) {
      namespace.close();
      throw e;
    }
  }

  /** Removes the namespaces of test runs that do not exist any more. */
  public static void removeAbandoned() {
    if (!Files.isDirectory(RUN_NETNS)) {
      return;
    }
    try (DirectoryStream<Path> names = Files.newDirectoryStream(RUN_NETNS, PREFIX + "*-*")) {
      for (Path path : names) {
        String found = path.getFileName().toString();
        String pid = found.substring(PREFIX.length(), found.indexOf('-', PREFIX.length()));
        if (pid.chars().allMatch(Character::isDigit)
            && ProcessHandle.of(Long.parseLong(pid)).isEmpty()) {
          run("ip", "netns", "delete", found);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public String name() {
    return name;
  }

  /** The file that stands for the namespace. */
  public Path path() {
    return RUN_NETNS.resolve(name);
  }

  /** Runs {@code ip} with these arguments in the namespace; returns what it prints. */
  public String ip(String... arguments) {
    List<String> command = new ArrayList<>(List.of("ip", "-n", name));
    command.addAll(List.of(arguments));
    return run(command);
  }

  /**
   * Runs a command in the namespace, with the test's own view of files; returns what it prints.
   *
   * @throws IllegalStateException if it cannot be run, fails, or takes more than a minute
   */
  public String exec(String... command) {
    List<String> all = new ArrayList<>(List.of("nsenter", "--net=" + path()));
    all.addAll(List.of(command));
    return run(all);
  }

  /** Runs a task in the namespace, on a thread of its own. */
  public <T extends @Nullable Object> T call(NamespaceTask<T> task) throws IOException {
    return NetworkNamespace.call(new JnaLibc(), path(), task);
  }

  @Override
  public void close() {
    run("ip", "netns", "delete", name);
  }

  private static String run(String... command) {
    return run(List.of(command));
  }

  private static String run(List<String> command) {
    try {
      Path output = Files.createTempFile("azwg-", ".out");
      try {
        Process process =
            new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        process.getOutputStream().close();
        boolean ended = process.waitFor(COMMAND_TIMEOUT_SECONDS, TimeUnit.SECONDS);
        if (!ended) {
          process.destroyForcibly();
        }
        String text = Files.readString(output, StandardCharsets.UTF_8);
        if (!ended || process.exitValue() != 0) {
          throw new IllegalStateException(String.join(" ", command) + ": " + text.strip());
        }
        return text;
      } finally {
        Files.delete(output);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }
}
