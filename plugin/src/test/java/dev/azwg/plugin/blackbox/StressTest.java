package dev.azwg.plugin.blackbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

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
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The executable under load and in adverse surroundings. */
class StressTest extends BlackBox {
  private static final int CONTAINERS = 200;
  private static final int KILLED = 40;

  @Test
  void point73TwoHundredParallelAddsAllSucceedAndSoDoTheirDels() throws Exception {
    StormReport adds = storm(i -> plugin.add("c" + i, "10.7.0." + i));
    assertEquals(List.of(), adds.failures());
    assertEquals(CONTAINERS, plugin.recorded().size());
    assertEquals(CONTAINERS, TransparentPod.tableOf(node).size());
    StormReport dels = storm(i -> plugin.del("c" + i));
    assertEquals(List.of(), dels.failures());
    assertEquals(List.of(), plugin.recorded());
    assertEquals(List.of(), TransparentPod.tableOf(node));
    System.out.println(
        CONTAINERS
            + " parallel ADDs: median "
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
  void point74And75AddsAndDelsOfAFewContainersEndAsTheLastCallsSay() throws Exception {
    List<Callable<PluginOutcome>> calls = new ArrayList<>();
    for (int i = 0; i < 400; i++) {
      String container = "c" + i % 8;
      PluginCall call =
          i / 8 % 2 == 0 ? plugin.add(container, "10.6.0." + i % 8) : plugin.del(container);
      calls.add(call.launchedBy(node.launcher())::run);
    }
    new Storm(16).run(calls);
    // Whoever was last: each recorded address is routed, and nothing else is.
    assertEquals(plugin.recorded().size(), TransparentPod.tableOf(node).size());
    assertEquals(List.of(), new Ledger(plugin.stateDir()).read().unreadable());
    for (int i = 0; i < 8; i++) {
      PluginCall last = i < 4 ? plugin.add("c" + i, "10.6.0." + i) : plugin.del("c" + i);
      assertTrue(last.launchedBy(node.launcher()).run().succeeded());
    }
    assertEquals(
        List.of("c0", "c1", "c2", "c3"),
        plugin.recorded().stream().map(each -> each.key().containerId()).sorted().toList());
    assertEquals(4, TransparentPod.tableOf(node).size());
  }

  @Test
  void point76AHolderOfTheLockThatIsKilledBlocksNobody() throws Exception {
    Files.createDirectories(plugin.stateDir());
    assertTrue(plugin.add("c0", "10.6.0.9").launchedBy(node.launcher()).run().succeeded());
    Path lock;
    try (var files = Files.list(plugin.stateDir())) {
      lock = files.filter(file -> file.toString().endsWith("lock")).findFirst().orElseThrow();
    }
    Process holder =
        new ProcessBuilder("flock", lock.toString(), "sh", "-c", "echo held; exec sleep 600")
            .start();
    assertEquals("held", holder.inputReader().readLine());
    RunningPlugin waiting = plugin.add("c1", "10.6.0.1").launchedBy(node.launcher()).start();
    holder.descendants().forEach(ProcessHandle::destroyForcibly);
    holder.destroyForcibly();
    PluginOutcome outcome = waiting.await();
    assertTrue(outcome.succeeded(), outcome.toString());
  }

  @Test
  void point77SigtermLeavesNoHalfWrittenFile() throws Exception {
    SplittableRandom random = new SplittableRandom(20260102L);
    for (int i = 0; i < KILLED; i++) {
      RunningPlugin add = plugin.add("t" + i, "10.8.1." + i).launchedBy(node.launcher()).start();
      TimeUnit.MICROSECONDS.sleep(random.nextInt(12_000)); // The moment is what is varied.
      add.handle().destroy();
      add.await();
      assertEquals(List.of(), new Ledger(plugin.stateDir()).read().unreadable());
      assertTrue(plugin.del("t" + i).launchedBy(node.launcher()).run().succeeded());
    }
    // What the watcher does with the temporary files of the killed when it starts.
    new Ledger(plugin.stateDir()).removeStaleTemporaries(Instant.now());
    try (var files = Files.list(plugin.stateDir().resolve("attachments"))) {
      assertEquals(List.of(), files.map(Path::getFileName).map(Path::toString).toList());
    }
    assertEquals(List.of(), TransparentPod.tableOf(node));
  }

  @Test
  void point78ReplacingTheExecutableDisturbsNoAdd() throws Exception {
    Path file = directory.resolve("replaced");
    // By cp(1): a descriptor of ours open for writing would be inherited by a child that is being
    // started, and make the exec of the new file fail (ETXTBSY).
    String replace = "cp " + plugin.file() + " " + file + ".new && mv " + file + ".new " + file;
    shell(replace);
    Executable replaced = new Executable(file, plugin.stateDir());
    List<Callable<PluginOutcome>> calls = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      calls.add(replaced.add("c" + i, "10.6.0." + i).launchedBy(node.launcher())::run);
    }
    FutureTask<Integer> replacing =
        new FutureTask<>(() -> {
          int times = 0;
          while (!Thread.currentThread().isInterrupted() && plugin.recorded().size() < 200) {
            shell(replace);
            times++;
          }
          return times;
        });
    Thread.ofPlatform().name("replacing").start(replacing);
    StormReport report = new Storm(8).run(calls);
    assertEquals(List.of(), report.failures());
    assertEquals(200, plugin.recorded().size());
    assertTrue(replacing.get() >= 3, "replaced too seldom");
  }

  private static void shell(String script) throws Exception {
    Process process = new ProcessBuilder("sh", "-c", script).inheritIO().start();
    assertEquals(0, process.waitFor());
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
