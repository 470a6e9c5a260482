package dev.azwg.wg.watcher;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.azwg.ipam.watcher.WatcherClient;
import dev.azwg.netlink.libc.JnaLibc;
import dev.azwg.netlink.libc.Libc;
import dev.azwg.netlink.testing.TestNamespace;
import dev.azwg.wg.host.NapiThreading;
import dev.azwg.wg.mesh.Drift;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Assumptions;

/**
 * A whole watcher on threads of this process, in a network namespace. The sockets of userspace
 * WireGuard lie in one folder for all namespaces, so each watcher's device has a name of its own.
 */
final class WatcherProcess implements AutoCloseable {
  private static final String USERSPACE = System.getProperty("azwg.wireguardGo", "wireguard-go");
  static final int METRICS_PORT = 9586;

  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final TestNamespace namespace;
  private Options options;
  private final LogCapture logged = new LogCapture();
  private InstantSource clock;
  private Libc libc = new JnaLibc();
  private Signals signals = new Signals();
  private CompletableFuture<Boolean> ended = new CompletableFuture<>();

  private WatcherProcess(TestNamespace namespace, Options options, InstantSource clock) {
    this.namespace = namespace;
    this.options = options;
    this.clock = clock;
  }

  static WatcherProcess start(TestNamespace namespace, String node, Path directory)
      throws IOException {
    return start(namespace, node, directory, WatcherSetup.USUAL);
  }

  static WatcherProcess start(
      TestNamespace namespace, String node, Path directory, WatcherSetup setup) throws IOException {
    WatcherProcess process = prepare(namespace, node, directory, setup);
    process.restart();
    return process;
  }

  /** A watcher that {@link #restart} is to start for the first time. */
  static WatcherProcess prepare(
      TestNamespace namespace, String node, Path directory, WatcherSetup setup) throws IOException {
    return prepare(namespace, node, directory, setup, USERSPACE);
  }

  /** The same where another program provides the device, or none. */
  static WatcherProcess prepare(
      TestNamespace namespace, String node, Path directory, WatcherSetup setup, String userspace)
      throws IOException {
    Assumptions.assumeTrue(isInstalled(), "needs a userspace WireGuard: " + USERSPACE);
    Files.createDirectories(directory.resolve("peers"));
    Options options = options(node, directory, setup, userspace);
    return new WatcherProcess(namespace, options, setup.clock());
  }

  /** The program that provides the devices of these tests. */
  static String userspace() {
    return USERSPACE;
  }

  private static Options options(
      String node, Path directory, WatcherSetup setup, String userspace) {
    return new Options(
        node,
        new DatastoreChoice.Directory(directory.resolve("peers")),
        new StatePaths(directory.resolve(node)),
        "eth0",
        setup.numbers().devicePrefix() + ProcessHandle.current().pid() % 100_000 + node,
        setup.numbers().listenPort(),
        setup.numbers().routing(),
        userspace,
        setup.encryption(),
        setup.hostScope(),
        setup.mode(),
        setup.pathPolicy(),
        setup.neverTunnelled(),
        setup.clusterRanges(),
        setup.nft(),
        Path.of("/proc/sys"),
        1400,
        setup.numbers().mtu(),
        NapiThreading.Wish.LEAVE,
        setup.resync(),
        new RuntimeDirectories(directory.resolve("net.d"), directory.resolve("bin")),
        true,
        setup.ipamPool(),
        Optional.of(new InetSocketAddress(InetAddress.getLoopbackAddress(), METRICS_PORT)),
        Log.Level.INFO);
  }

  /** Stops, and starts again with other options, as an operator does. */
  void restart(WatcherSetup setup) {
    stop();
    Path directory = Objects.requireNonNull(options.paths().root().getParent());
    options = options(options.node(), directory, setup, options.userspace());
    restart();
  }

  private static boolean isInstalled() {
    if (USERSPACE.contains("/")) {
      return Files.isExecutable(Path.of(USERSPACE));
    }
    for (String folder : System.getenv().getOrDefault("PATH", "").split(":", -1)) {
      if (Files.isExecutable(Path.of(folder, USERSPACE))) {
        return true;
      }
    }
    return false;
  }

  void restart() {
    signals = new Signals();
    ended = new CompletableFuture<>();
    Signals mine = signals;
    CompletableFuture<Boolean> done = ended;
    Thread.ofPlatform()
        .name("watcher " + options.node())
        .start(() -> {
          try {
            namespace.call(() -> {
              Log log = new Log(logged.stream(), InstantSource.system(), Log.Level.INFO);
              Watcher.run(options, libc, clock, mine, log);
              return true;
            });
            done.complete(true);
          } catch (IOException | RuntimeException e) {
            done.completeExceptionally(e);
          }
        });
  }

  /** What the clock shows from the next start on. */
  void setClock(InstantSource other) {
    clock = other;
  }

  /** What the watcher's calls of the kernel go through from the next start on. */
  void setLibc(Libc other) {
    libc = other;
  }

  /** What the watcher has logged so far, over all its starts. */
  String log() {
    return logged.text();
  }

  /** The watcher's status document. */
  JsonObject status() throws IOException {
    return new WatcherClient(stateDirectory()).status(PATIENCE);
  }

  /** The state of the path to a node, or "NONE" if the node is no peer. */
  String path(String node) {
    return peer(node).map(peer -> peer.get("path").getAsString()).orElse("NONE");
  }

  /** Whether the watcher answers and says that it is ready. */
  boolean ready() {
    try {
      return status().get("ready").getAsBoolean();
    } catch (IOException | RuntimeException e) {
      return false;
    }
  }

  /** How many peers the status lists; 0 while there is no status. */
  int peers() {
    try {
      return status().getAsJsonArray("peers").size();
    } catch (IOException | RuntimeException e) {
      return 0;
    }
  }

  /** What the status says of a peer. */
  Optional<JsonObject> peer(String node) {
    try {
      for (JsonElement peer : status().getAsJsonArray("peers")) {
        if (peer.getAsJsonObject().get("node").getAsString().equals(node)) {
          return Optional.of(peer.getAsJsonObject());
        }
      }
    } catch (IOException | RuntimeException e) {
      // It has not begun to answer, or has no peers yet.
    }
    return Optional.empty();
  }

  /** How often that was found changed by others, as the status says. */
  long drift(Drift.Kind kind) {
    try {
      JsonElement entry = status().getAsJsonObject("drift").get(kind.name());
      return entry == null ? 0 : entry.getAsJsonObject().get("count").getAsLong();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** How many passes have succeeded since it was started; 0 while it does not answer. */
  long passes() {
    try {
      return status().get("passes").getAsLong();
    } catch (IOException e) {
      return 0;
    }
  }

  void awaitDrift(Drift.Kind kind, long count) {
    await(kind + " " + count + " times", () -> drift(kind) == count);
  }

  /**
   * Changes something behind the watcher's back and waits until it is as it was, and is reported.
   *
   * @return the time from before the change to when the watcher says that it was repaired
   */
  Duration repairs(Drift.Kind kind, Runnable change, BooleanSupplier repaired) {
    long before = drift(kind);
    Instant begin = Instant.now();
    change.run();
    await("repair of " + kind, repaired);
    await("report of " + kind, () -> drift(kind) > before);
    Duration took = Duration.between(begin, driftAt(kind));
    System.err.printf("%s: %s after %d ms%n", options.node(), kind, took.toMillis());
    return took;
  }

  private Instant driftAt(Drift.Kind kind) {
    try {
      JsonObject entry = status().getAsJsonObject("drift").getAsJsonObject(kind.name());
      return Instant.parse(entry.get("lastAt").getAsString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The output of wg(8) about the device. */
  String wg(String... arguments) {
    List<String> command = new ArrayList<>(List.of("wg", arguments[0], device()));
    command.addAll(List.of(arguments).subList(1, arguments.length));
    return namespace.exec(command.toArray(String[]::new));
  }

  void awaitPath(String node, String state) {
    await("path " + state + " to " + node, () -> path(node).equals(state));
  }

  String device() {
    return options.device();
  }

  Path stateDirectory() {
    return options.paths().stateDirectory();
  }

  int deviceIndex() {
    String shown = namespace.ip("-o", "link", "show", device());
    return Integer.parseInt(shown.substring(0, shown.indexOf(':')));
  }

  /** There is no event for "what ip prints has changed", so this asks again and again. */
  void await(String what, BooleanSupplier condition) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.getAsBoolean()) {
      if (ended.isCompletedExceptionally()) {
        ended.join();
      }
      if (System.nanoTime() > deadline) {
        throw new AssertionError(
            options.node() + ": no " + what + "\n" + namespace.ip("rule") + routes());
      }
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
    }
  }

  /** Waits for the condition: whether it came about, or else the watcher could not begin. */
  boolean endedOr(BooleanSupplier condition) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.getAsBoolean()) {
      if (ended.isCompletedExceptionally()) {
        return false;
      }
      if (System.nanoTime() > deadline) {
        throw new AssertionError(options.node() + " is not ready: " + log());
      }
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(2));
    }
    return true;
  }

  void awaitRoutes(String route) {
    await("route " + route, () -> routes().contains(route));
  }

  void awaitNoRoute(String prefix) {
    await("end of " + prefix, () -> !routes().contains(prefix));
  }

  String routes() {
    return namespace.exec(
        "sh",
        "-c",
        "T="
            + options.routing().table()
            + "; ip route show table $T 2>/dev/null; ip -6 route show table $T 2>/dev/null || true");
  }

  /** Waits until the table holds these routes and no others: prefix, and device or kind. */
  void awaitTable(Map<String, String> expected) {
    await("table " + expected, () -> TunnelTable.parse(routes()).equals(expected));
  }

  void stop() {
    signals.stop();
    ended.orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join();
  }

  @Override
  public void close() {
    try {
      stop();
    } finally {
      // Ends the userspace implementation, which would keep the namespace alive.
      namespace.exec("sh", "-c", "ip link del " + device() + " 2>/dev/null || true");
    }
  }
}
