package dev.azwg.plugin.blackbox;

import dev.azwg.cnitest.NetworkNamespace;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;

/**
 * The real {@code azwg-watcher} on a node of the test's, with userspace WireGuard and a directory
 * as its datastore. Its log tells what it has done: that is what is waited for.
 */
final class WatcherProcess implements AutoCloseable {
  static final WatcherProcess NONE =
      new WatcherProcess(null, Path.of(""), new NetworkNamespace(""));

  private static final long PATIENCE_SECONDS = 30;

  private final @Nullable Process process;
  private final Path root;
  private final NetworkNamespace node;
  private final BlockingQueue<String> log = new LinkedBlockingQueue<>();

  private WatcherProcess(@Nullable Process process, Path root, NetworkNamespace node) {
    this.process = process;
    this.root = root;
    this.node = node;
  }

  /** Starts it with everything below a directory, and waits for its first pass. */
  static WatcherProcess start(NetworkNamespace node, Path directory) throws Exception {
    Path executable = Executable.find(directory).file().resolveSibling("azwg-watcher");
    Assumptions.assumeTrue(Files.isExecutable(executable), "no executable " + executable);
    Path provider = directory.resolve("wireguard-go");
    if (!Files.exists(provider)) {
      Files.copy(onPath("wireguard-go"), provider);
      node.run("ip", "link", "add", "eth0", "type", "veth", "peer", "name", "fabric");
      node.run("ip", "address", "add", "10.0.0.4/24", "dev", "eth0");
      node.run("ip", "link", "set", "fabric", "up");
      node.run("ip", "link", "set", "eth0", "up");
      node.run("ip", "route", "add", "default", "via", "10.0.0.1");
    }
    Path store = Files.createDirectories(directory.resolve("datastore"));
    List<String> command = new ArrayList<>(node.launcher());
    command.addAll(
        List.of(executable.toString(), "run", "--node=node-a", "--datastore=directory:" + store));
    command.addAll(
        List.of("--root=" + directory, "--userspace=" + provider, "--keep-conflist=off"));
    command.addAll(List.of("--log-level=debug", "--resync=1s"));
    Process process =
        new ProcessBuilder(command)
            .redirectOutput(directory.resolve("watcher.out").toFile())
            .start();
    WatcherProcess watcher = new WatcherProcess(process, directory, node);
    Thread.ofVirtual().name("watcher-log").start(watcher::follow);
    watcher.await("reconciled");
    return watcher;
  }

  private static Path onPath(String program) {
    Optional<Path> found = Optional.empty();
    for (String each : System.getenv().getOrDefault("PATH", "").split(":", -1)) {
      Path file = Path.of(each, program);
      found = found.isEmpty() && Files.isExecutable(file) ? Optional.of(file) : found;
    }
    Assumptions.assumeTrue(found.isPresent(), "no " + program + " on the path");
    return found.orElseThrow();
  }

  private void follow() {
    if (process == null) {
      return;
    }
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(process.getErrorStream(), StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        log.add(line);
      }
    } catch (IOException ended) {
      log.add("the log has ended: " + ended.getMessage());
    }
  }

  /** Waits for a log line with a text. */
  private void await(String text) throws InterruptedException {
    List<String> seen = new ArrayList<>();
    String line = log.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
    while (line != null && !line.contains(text)) {
      seen.add(line);
      line = log.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }
    Assertions.assertNotNull(line, () -> "no \"" + text + "\" in the watcher's log: " + seen);
  }

  Path stateDir() {
    return root.resolve("run/azwg");
  }

  /** What the node has published. */
  String record() throws IOException {
    return Files.readString(root.resolve("datastore/node-a.json"));
  }

  /** Waits for a pass after which the node's record is as it should be. */
  void awaitRecord(Predicate<String> wanted) throws Exception {
    while (!wanted.test(record())) {
      await("reconciled");
    }
  }

  /** Takes the device away, and what could make a new one. */
  void loseDevice() throws Exception {
    Files.move(root.resolve("wireguard-go"), root.resolve("wireguard-go.away"));
    log.clear();
    node.run("ip", "link", "del", "azwg0");
    await("reconciliation failed");
  }

  void restoreDevice() throws Exception {
    Files.move(root.resolve("wireguard-go.away"), root.resolve("wireguard-go"));
    log.clear();
    await("reconciled");
  }

  /** SIGKILL. The device and its provider stay. */
  void kill() throws InterruptedException {
    if (process != null) {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.toHandle().destroyForcibly();
      process.waitFor();
    }
  }

  /** Ends the watcher, and by removing the device also its provider. */
  @Override
  public void close() {
    try {
      kill();
      if (process != null) {
        node.run("sh", "-c", "ip link del azwg0 2>/dev/null || true");
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
