package dev.azwg.cnitest;

import java.time.Duration;
import java.util.List;

/**
 * What a storm did.
 *
 * @param outcomes one per call, in the order of the calls
 * @param wall from the start of the first call to the end of the last
 */
public record StormReport(List<PluginOutcome> outcomes, Duration wall) {
  /** Copies what is mutable. */
  public StormReport {
    outcomes = List.copyOf(outcomes);
  }

  /** The calls that did not succeed. */
  public List<PluginOutcome> failures() {
    return outcomes.stream().filter(outcome -> !outcome.succeeded()).toList();
  }

  /**
   * A percentile of the durations of single calls, by the nearest-rank method.
   *
   * @param percent from 0 (the fastest) to 100 (the slowest)
   * @throws IllegalStateException if there were no calls
   */
  public Duration percentile(double percent) {
    if (outcomes.isEmpty()) {
      throw new IllegalStateException("no calls");
    }
    List<Duration> sorted = outcomes.stream().map(PluginOutcome::duration).sorted().toList();
    int rank = (int) Math.ceil(percent / 100 * sorted.size());
    return sorted.get(Math.min(Math.max(rank, 1), sorted.size()) - 1);
  }
}
