package dev.azwg.cnitest;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Runs many plugin calls, a given number at a time. */
public final class Storm {
  private final int parallel;

  /**
   * A storm.
   *
   * @param parallel how many calls run at the same time
   */
  public Storm(int parallel) {
    if (parallel < 1) {
      throw new IllegalArgumentException("parallel must be at least 1: " + parallel);
    }
    this.parallel = parallel;
  }

  /**
   * Runs every call and waits for all of them.
   *
   * @return the outcomes in the order of the calls
   * @throws AssertionError if a call could not be made at all
   */
  public StormReport run(List<? extends Callable<PluginOutcome>> calls)
      throws InterruptedException {
    long begin = System.nanoTime();
    List<PluginOutcome> outcomes = new ArrayList<>(calls.size());
    try (ExecutorService pool = Executors.newFixedThreadPool(parallel)) {
      for (Future<PluginOutcome> future : pool.invokeAll(calls)) {
        outcomes.add(taken(future));
      }
    }
    return new StormReport(
        Collections.unmodifiableList(outcomes), Duration.ofNanos(System.nanoTime() - begin));
  }

  private static PluginOutcome taken(Future<PluginOutcome> future) throws InterruptedException {
    try {
      return future.get();
    } catch (ExecutionException e) {
      throw new AssertionError("a call could not be made", e.getCause());
    }
  }
}
