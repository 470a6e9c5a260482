package dev.azwg.wg.watcher;

import dev.azwg.netlink.libc.JnaLibc;
import dev.azwg.netlink.testing.TestNamespace;
import dev.azwg.wg.mesh.Mode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
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
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final TestNamespace namespace;
  private final Options options;
  private Signals signals = new Signals();
  private CompletableFuture<Boolean> ended = new CompletableFuture<>();

  private WatcherProcess(TestNamespace namespace, Options options) {
    this.namespace = namespace;
    this.options = options;
  }

  static WatcherProcess start(TestNamespace namespace, String node, Path directory)
      throws IOException {
    Assumptions.assumeTrue(isInstalled(), "needs a userspace WireGuard: " + USERSPACE);
    Path peers = Files.createDirectories(directory.resolve("peers"));
    Options options =
        new Options(
            node,
            peers,
            new StatePaths(directory.resolve(node)),
            "eth0",
            "azt" + ProcessHandle.current().pid() % 100_000 + node,
            51820,
            USERSPACE,
            true,
            Mode.PERMISSIVE,
            List.of(),
            1400,
            Duration.ofMinutes(10),
            new RuntimeDirectories(directory.resolve("net.d"), directory.resolve("bin")),
            true,
            Log.Level.INFO);
    WatcherProcess process = new WatcherProcess(namespace, options);
    process.restart();
    return process;
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
              InstantSource clock = InstantSource.system();
              Log log = new Log(System.err, clock, Log.Level.INFO);
              Watcher.run(options, new JnaLibc(), clock, mine, log);
              return true;
            });
            done.complete(true);
          } catch (IOException | RuntimeException e) {
            done.completeExceptionally(e);
          }
        });
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

  private String routes() {
    return namespace.exec("sh", "-c", "ip route show table 51820 2>/dev/null || true");
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
