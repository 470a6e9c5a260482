package dev.azwg.plugin.blackbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.azwg.cnitest.PluginCall;
import dev.azwg.cnitest.PluginOutcome;
import dev.azwg.cnitest.RunningPlugin;
import dev.azwg.ipam.ledger.Attachment;
import dev.azwg.ipam.ledger.Ledger;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/**
 * ADDs and DELs in parallel, some of them killed at a random moment, as a runtime whose context has
 * expired does: it then sends DEL until one succeeds. In the end the ledger and the table hold
 * exactly what the calls that succeeded say.
 *
 * <p>{@code azwg.storm.operations} (default 600) is how many calls are made at least, {@code
 * azwg.storm.seed} repeats the choices of an earlier storm; the moments of the kills are of the
 * same distribution, what they hit is not the same.
 */
class KillStormTest extends BlackBox {
  private static final int WORKERS = 8;
  private static final int CONTAINERS = 20;
  private static final double KILLED = 0.25;

  /** Longer than a call takes alone: a kill hits every part of it, or comes too late. */
  private static final int LATEST_KILL_MICROS = 20_000;

  @Test
  void point74And77AStormWithKillsEndsInWhatTheSuccessfulCallsSay() throws Exception {
    int operations = Integer.getInteger("azwg.storm.operations", 600);
    long seed = Long.getLong("azwg.storm.seed", System.nanoTime());
    System.out.println("storm: " + operations + " operations, azwg.storm.seed=" + seed);
    SplittableRandom random = new SplittableRandom(seed);
    long begin = System.nanoTime();
    List<Future<Caller>> workers = new ArrayList<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(WORKERS)) {
      for (int i = 0; i < WORKERS; i++) {
        Caller runtime = new Caller(i, random.split(), operations / WORKERS);
        workers.add(threads.submit(runtime::storm));
      }
    }
    Map<String, String> expected = new TreeMap<>();
    int calls = 0;
    int kills = 0;
    for (Future<Caller> worker : workers) {
      Caller runtime = worker.get();
      runtime.addresses.forEach((container, address) -> expected.put(container, address + "/32"));
      calls += runtime.calls;
      kills += runtime.kills;
    }
    Map<String, String> recorded = new TreeMap<>();
    for (Attachment attachment : plugin.recorded()) {
      recorded.put(attachment.key().containerId(), attachment.addresses().getFirst().toString());
    }
    assertEquals(expected, recorded);
    assertEquals(
        expected.values().stream()
            .map(each -> "throw " + each.replace("/32", " 142"))
            .sorted()
            .toList(),
        table().stream().sorted().toList());
    Ledger ledger = new Ledger(plugin.stateDir());
    assertEquals(List.of(), ledger.read().unreadable());
    int temporaries = ledger.removeStaleTemporaries(Instant.now());
    assertTrue(calls >= operations, "calls");
    assertTrue(kills > operations / 50, "kills");
    System.out.println(
        "storm: "
            + calls
            + " calls, "
            + kills
            + " killed while they ran, "
            + expected.size()
            + " attachments as expected, "
            + temporaries
            + " temporary files of the killed, "
            + Duration.ofNanos(System.nanoTime() - begin).toSeconds()
            + " s");
  }

  /** One of a runtime's threads, with containers and addresses of its own. */
  private final class Caller {
    private final int number;
    private final SplittableRandom random;
    private final int operations;
    private final Map<String, String> addresses = new TreeMap<>();

    /** The address that was given back last is given out first: the hardest reuse. */
    private final Deque<String> free = new ArrayDeque<>();

    private int calls;
    private int kills;

    Caller(int number, SplittableRandom random, int operations) {
      this.number = number;
      this.random = random;
      this.operations = operations;
      for (int i = 0; i < CONTAINERS; i++) {
        free.push("10.5." + number + "." + i);
      }
    }

    Caller storm() throws Exception {
      for (int i = 0; calls < operations; i++) {
        List<String> containers = List.copyOf(addresses.keySet());
        int choice = random.nextInt(10);
        if (containers.isEmpty() || (choice < 5 && !free.isEmpty())) {
          add("w" + number + "-" + i, free.pop());
        } else {
          String old = containers.get(random.nextInt(containers.size()));
          if (choice == 9) {
            // The address is on a new pod before the old one's DEL has come.
            add("w" + number + "-" + i, Objects.requireNonNull(addresses.get(old)));
            delete(old);
            continue;
          }
          delete(old);
        }
      }
      return this;
    }

    private void add(String container, String address) throws Exception {
      PluginOutcome outcome = call(plugin.add(container, address));
      addresses.put(container, address);
      if (!outcome.succeeded()) {
        delete(container);
      }
    }

    private void delete(String container) throws Exception {
      while (!call(plugin.del(container)).succeeded()) {
        assertTrue(calls < 10 * operations, "DEL does not succeed");
      }
      String address = Objects.requireNonNull(addresses.remove(container));
      if (!addresses.containsValue(address)) {
        free.push(address);
      }
    }

    private PluginOutcome call(PluginCall call) throws Exception {
      calls++;
      RunningPlugin running = call.launchedBy(node.launcher()).start();
      if (random.nextDouble() < KILLED) {
        // The moment is what is varied.
        TimeUnit.MICROSECONDS.sleep(random.nextInt(LATEST_KILL_MICROS));
        running.kill();
      }
      PluginOutcome outcome = running.await();
      if (outcome.exitCode() == 137) {
        kills++;
      } else {
        assertTrue(outcome.succeeded(), outcome.toString());
      }
      return outcome;
    }
  }
}
