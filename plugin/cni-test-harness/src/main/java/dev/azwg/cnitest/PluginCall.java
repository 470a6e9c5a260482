package dev.azwg.cnitest;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One execution of a plugin: immutable, so that a test can keep a base call and vary it.
 *
 * <p>The child's environment is exactly {@link #environment}: nothing of the test's own leaks in. A
 * call that is still running at its deadline is killed with SIGKILL, as a runtime does, and its
 * outcome says so.
 *
 * @param command the executable and its arguments, with any launcher in front (such as {@code ip
 *     netns exec NAME})
 * @param environment the whole environment of the child
 * @param stdin the bytes on stdin, which is then closed
 * @param deadline how long the child may run
 * @param directory the working directory; null is the test's own
 */
public record PluginCall(
    List<String> command,
    Map<String, String> environment,
    Bytes stdin,
    Duration deadline,
    @Nullable Path directory) {

  private static final Duration DEFAULT_DEADLINE = Duration.ofSeconds(30);

  /** Copies what is mutable. */
  public PluginCall {
    command = List.copyOf(command);
    environment = Map.copyOf(environment);
  }

  /** A call of this executable with an empty environment, an empty stdin and 30 s to run. */
  public static PluginCall of(Path executable) {
    return new PluginCall(
        List.of(executable.toString()), Map.of(), Bytes.NONE, DEFAULT_DEADLINE, null);
  }

  /** The same call with command-line arguments appended. */
  public PluginCall withArguments(String... arguments) {
    List<String> longer = new ArrayList<>(command);
    longer.addAll(List.of(arguments));
    return new PluginCall(longer, environment, stdin, deadline, directory);
  }

  /** The same call started by a launcher, for example {@code ip netns exec node-a}. */
  public PluginCall launchedBy(List<String> launcher) {
    List<String> longer = new ArrayList<>(launcher);
    longer.addAll(command);
    return new PluginCall(longer, environment, stdin, deadline, directory);
  }

  /** The same call with a variable set. */
  public PluginCall with(String variable, String value) {
    SortedMap<String, String> changed = new TreeMap<>(environment);
    changed.put(variable, value);
    return new PluginCall(command, changed, stdin, deadline, directory);
  }

  /** The same call without a variable. */
  public PluginCall without(String variable) {
    SortedMap<String, String> changed = new TreeMap<>(environment);
    changed.remove(variable);
    return new PluginCall(command, changed, stdin, deadline, directory);
  }

  /** The same call with other bytes on stdin. */
  public PluginCall withStdin(Bytes bytes) {
    return new PluginCall(command, environment, bytes, deadline, directory);
  }

  /** The same call with this text on stdin, in UTF-8. */
  public PluginCall withStdin(String text) {
    return withStdin(Bytes.utf8(text));
  }

  /** The same call with another deadline. */
  public PluginCall within(Duration time) {
    return new PluginCall(command, environment, stdin, time, directory);
  }

  /** The same call in another working directory. */
  public PluginCall in(Path workingDirectory) {
    return new PluginCall(command, environment, stdin, deadline, workingDirectory);
  }

  /**
   * Starts the plugin without waiting for it, for tests that interfere with it while it runs.
   *
   * @throws IOException if it could not be started
   */
  public RunningPlugin start() throws IOException {
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().clear();
    builder.environment().putAll(environment);
    if (directory != null) {
      builder.directory(directory.toFile());
    }
    long begin = System.nanoTime();
    Process process = builder.start();
    FutureTask<Boolean> writer = background("stdin", () -> feed(process.getOutputStream()));
    FutureTask<byte[]> out = background("stdout", () -> drain(process.getInputStream()));
    FutureTask<byte[]> err = background("stderr", () -> drain(process.getErrorStream()));
    return new RunningPlugin(process, begin, deadline, writer, out, err);
  }

  /**
   * Runs the plugin to its end, or to the deadline.
   *
   * @throws IOException if it could not be started
   */
  public PluginOutcome run() throws IOException, InterruptedException {
    return start().await();
  }

  private static <T> FutureTask<T> background(String name, Callable<T> body) {
    FutureTask<T> task = new FutureTask<>(body);
    Thread.ofVirtual().name("plugin-" + name).start(task);
    return task;
  }

  /** Whether the child read (or at least accepted) every byte. */
  private boolean feed(OutputStream sink) {
    try (sink) {
      sink.write(stdin.toArray());
      sink.flush();
      return true;
    } catch (IOException e) {
      return false; // EPIPE: the child closed its stdin or ended before it had read everything.
    }
  }

  private static byte[] drain(InputStream source) throws IOException {
    try (source) {
      return source.readAllBytes();
    }
  }

  /** Waits for a process with a bound; kills it at the bound. */
  static boolean awaitOrKill(Process process, Duration bound) throws InterruptedException {
    if (process.waitFor(bound.toNanos(), TimeUnit.NANOSECONDS)) {
      return true;
    }
    kill(process);
    process.waitFor();
    return false;
  }

  /**
   * SIGKILL to a process and what it has started. By the handle: Process.destroyForcibly closes the
   * pipes as well, under whoever is reading from them.
   */
  static void kill(Process process) {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.toHandle().destroyForcibly();
  }
}
