package dev.azwg.wg.watcher;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.azwg.ipam.watcher.WatcherClient;
import dev.azwg.netlink.libc.JnaLibc;
import dev.azwg.netlink.testing.TestNamespace;
import dev.azwg.wg.host.NapiThreading;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
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
  private InstantSource clock;
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
    Assumptions.assumeTrue(isInstalled(), "needs a userspace WireGuard: " + USERSPACE);
    Files.createDirectories(directory.resolve("peers"));
    Options options = options(node, directory, setup);
    WatcherProcess process = new WatcherProcess(namespace, options, setup.clock());
    process.restart();
    return process;
  }

  private static Options options(String node, Path directory, WatcherSetup setup) {
    return new Options(
        node,
        directory.resolve("peers"),
        new StatePaths(directory.resolve(node)),
        "eth0",
        setup.numbers().devicePrefix() + ProcessHandle.current().pid() % 100_000 + node,
        setup.numbers().listenPort(),
        setup.numbers().routing(),
        USERSPACE,
        setup.encryption(),
        true,
        setup.mode(),
        setup.pathPolicy(),
        setup.neverTunnelled(),
        1400,
        setup.numbers().mtu(),
        NapiThreading.Wish.LEAVE,
        Duration.ofMinutes(10),
        new RuntimeDirectories(directory.resolve("net.d"), directory.resolve("bin")),
        true,
        Optional.of(new InetSocketAddress(InetAddress.getLoopbackAddress(), METRICS_PORT)),
        Log.Level.INFO);
  }

  /** Stops, and starts again with other options, as an operator does. */
  void restart(WatcherSetup setup) {
    stop();
    Path directory = Objects.requireNonNull(options.paths().root().getParent());
    options = options(options.node(), directory, setup);
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
              Log log = new Log(System.err, InstantSource.system(), Log.Level.INFO);
              Watcher.run(options, new JnaLibc(), clock, mine, log);
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

  /** The watcher's status document. */
  JsonObject status() throws IOException {
    return new WatcherClient(stateDirectory()).status(PATIENCE);
  }

  /** The state of the path to a node, or "NONE" if the node is no peer. */
  String path(String node) {
    return peer(node).map(peer -> peer.get("path").getAsString()).orElse("NONE");
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

  void awaitRoutes(String route) {
    await("route " + route, () -> routes().contains(route));
  }

  void awaitNoRoute(String prefix) {
    await("end of " + prefix, () -> !routes().contains(prefix));
  }

  String routes() {
    return namespace.exec(
        "sh", "-c", "ip route show table " + options.routing().table() + " 2>/dev/null || true");
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
