package dev.azwg.plugin.blackbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.azwg.cnitest.NetworkNamespace;
import dev.azwg.cnitest.NetworkNamespaces;
import dev.azwg.cnitest.PluginCall;
import dev.azwg.cnitest.PluginOutcome;
import dev.azwg.cnitest.RunningPlugin;
import dev.azwg.cnitest.Storm;
import dev.azwg.cnitest.StormReport;
import dev.azwg.ipam.ledger.Ledger;
import dev.azwg.ipam.watcher.WatcherClient;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** The executable under load and in adverse surroundings. */
@Tag("cni")
class StressTest {
  private static final int CONTAINERS = 100;
  private static final int KILLED = 40;

  @RegisterExtension final NetworkNamespaces namespaces = new NetworkNamespaces("azwg-p-");
  @TempDir Path directory = Path.of("");
  private NetworkNamespace node = new NetworkNamespace("");
  private Executable plugin = new Executable(Path.of(""), Path.of(""));

  @BeforeEach
  void start() throws Exception {
    plugin = Executable.find(directory.resolve("azwg"));
    node = namespaces.create("node");
  }

  @Test
  void point73AHundredParallelAddsAllSucceedAndSoDoTheirDels() throws Exception {
    StormReport adds = storm(i -> plugin.add("c" + i, "10.7.0." + i));
    assertEquals(List.of(), adds.failures());
    assertEquals(CONTAINERS, plugin.recorded().size());
    assertEquals(CONTAINERS, TransparentPod.tableOf(node).size());
    StormReport dels = storm(i -> plugin.del("c" + i));
    assertEquals(List.of(), dels.failures());
    assertEquals(List.of(), plugin.recorded());
    assertEquals(List.of(), TransparentPod.tableOf(node));
    System.out.println(
        "100 parallel ADDs: median "
            + adds.percentile(50).toMillis()
            + " ms, slowest "
            + adds.percentile(100).toMillis()
            + " ms, all "
            + adds.wall().toMillis()
            + " ms; DELs: all "
            + dels.wall().toMillis()
            + " ms");
  }

  @Test
  void point77AnAddKilledAtAnyMomentIsRepairedByItsDel() throws Exception {
    SplittableRandom random = new SplittableRandom(20260101L);
    for (int i = 0; i < KILLED; i++) {
      RunningPlugin add = plugin.add("k" + i, "10.8.0." + i).launchedBy(node.launcher()).start();
      TimeUnit.MICROSECONDS.sleep(random.nextInt(12_000)); // The moment is what is varied.
      add.kill();
      add.await();
      assertEquals(List.of(), new Ledger(plugin.stateDir()).read().unreadable());
    }
    for (int i = 0; i < KILLED; i++) {
      PluginOutcome del = plugin.del("k" + i).launchedBy(node.launcher()).run();
      assertTrue(del.succeeded(), del.toString());
    }
    assertEquals(List.of(), plugin.recorded());
    assertEquals(List.of(), TransparentPod.tableOf(node));
  }

  @Test
  void point39AWatcherThatNeverAnswersDelaysAnAddByItsTimeoutOnly() throws Exception {
    Files.createDirectories(plugin.stateDir());
    try (ServerSocketChannel mute = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      mute.bind(UnixDomainSocketAddress.of(WatcherClient.socket(plugin.stateDir())));
      PluginOutcome permissive = plugin.add("c1", "10.9.0.1").launchedBy(node.launcher()).run();
      assertTrue(permissive.succeeded(), permissive.toString());
      assertTrue(permissive.duration().toMillis() >= 500, permissive.toString());
      assertTrue(permissive.duration().toMillis() < 5000, permissive.toString());
      PluginCall strict = plugin.add("c2", "10.9.0.2");
      PluginOutcome refused =
          strict
              .withStdin(plugin.inStateDir(strict.stdin().toArray(), ",\"mode\":\"strict\""))
              .launchedBy(node.launcher())
              .run();
      assertEquals(11, refused.error().code());
      assertEquals(1, plugin.recorded().size());
      assertEquals(List.of("throw 10.9.0.1 142"), TransparentPod.tableOf(node));
    }
  }

  @Test
  void point13AReadOnlyStateDirectoryFailsAddWith5AndDelNot() throws Exception {
    Files.createDirectories(plugin.stateDir());
    // A mount of its own, read-only, in the mount namespace of the one call.
    String script = "mount -t tmpfs -o ro none \"$0\" && exec \"$1\"";
    for (String command : List.of("ADD", "DEL")) {
      PluginCall call = command.equals("ADD") ? plugin.add("c1", "10.9.0.1") : plugin.del("c1");
      List<String> launcher = new ArrayList<>(node.launcher());
      launcher.addAll(List.of("unshare", "-m", "sh", "-c", script, plugin.stateDir().toString()));
      PluginOutcome outcome =
          call.with("PATH", "/usr/sbin:/usr/bin:/sbin:/bin").launchedBy(launcher).run();
      if (command.equals("ADD")) {
        assertEquals(5, outcome.error().code(), outcome.toString());
      } else {
        assertTrue(outcome.succeeded(), outcome.toString());
      }
      assertEquals(List.of(), TransparentPod.tableOf(node));
    }
  }

  private StormReport storm(IntFunction<PluginCall> calls) throws InterruptedException {
    return new Storm(CONTAINERS)
        .run(
            IntStream.range(0, CONTAINERS)
                .<Callable<PluginOutcome>>mapToObj(
                    i -> () -> calls.apply(i).launchedBy(node.launcher()).run())
                .toList());
  }
}
