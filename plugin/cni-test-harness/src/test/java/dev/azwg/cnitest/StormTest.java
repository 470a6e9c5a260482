package dev.azwg.cnitest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class StormTest {
  @Test
  void callsRunAtTheSameTimeAndKeepTheirOrder() throws Exception {
    CyclicBarrier together = new CyclicBarrier(4);
    List<Callable<PluginOutcome>> calls =
        IntStream.range(0, 4)
            .<Callable<PluginOutcome>>mapToObj(i ->
                () -> {
                  together.await(10, TimeUnit.SECONDS);
                  return outcome(i, Duration.ofMillis(i));
                })
            .toList();
    StormReport report = new Storm(4).run(calls);
    assertEquals(
        List.of(0, 1, 2, 3), report.outcomes().stream().map(PluginOutcome::exitCode).toList());
    assertEquals(3, report.failures().size());
  }

  @Test
  void percentilesAreNearestRank() {
    List<PluginOutcome> outcomes =
        IntStream.rangeClosed(1, 10).mapToObj(i -> outcome(0, Duration.ofMillis(i))).toList();
    StormReport report = new StormReport(outcomes, Duration.ZERO);
    assertEquals(Duration.ofMillis(1), report.percentile(0));
    assertEquals(Duration.ofMillis(5), report.percentile(50));
    assertEquals(Duration.ofMillis(10), report.percentile(99));
    StormReport none = new StormReport(List.of(), Duration.ZERO);
    assertThrows(IllegalStateException.class, () -> none.percentile(50));
  }

  private static PluginOutcome outcome(int exitCode, Duration duration) {
    return new PluginOutcome(exitCode, Bytes.NONE, Bytes.NONE, duration, false, true);
  }
}
