package dev.azwg.wg.watcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class SignalsTest {
  private final Signals signals = new Signals();

  @Test
  void aStormOfMarksIsOneSetAndIsTakenOnce() throws InterruptedException {
    for (int i = 0; i < 1000; i++) {
      signals.mark(Dirty.LEDGER);
      signals.mark(Dirty.DATASTORE);
    }
    assertEquals(Set.of(Dirty.LEDGER, Dirty.DATASTORE), signals.take(Duration.ofDays(1)).dirty());
    assertEquals(Set.of(), signals.take(Duration.ZERO).dirty());
  }

  @Test
  void aMarkWakesWhoWaits() throws Exception {
    CompletableFuture<Signals.Work> taken = new CompletableFuture<>();
    Thread waiting =
        Thread.ofPlatform()
            .start(() -> {
              try {
                taken.complete(signals.take(Duration.ofDays(1)));
              } catch (InterruptedException e) {
                taken.completeExceptionally(e);
              }
            });
    signals.mark(Dirty.KERNEL);
    assertEquals(Set.of(Dirty.KERNEL), taken.get().dirty());
    waiting.join();
  }

  @Test
  void aWaiterBelongsToThePassThatBeginsAfterIt() throws InterruptedException {
    StringBuilder told = new StringBuilder();
    signals.await(problem -> told.append("[").append(problem).append("]"));
    Signals.Work work = signals.take(Duration.ofDays(1));
    assertEquals(Set.of(Dirty.LEDGER), work.dirty());
    work.waiters().forEach(waiter -> waiter.published(""));
    assertEquals("[]", told.toString());
    assertEquals(0, signals.take(Duration.ZERO).waiters().size());
  }

  @Test
  void stopEndsEveryWait() throws InterruptedException {
    signals.stop();
    assertTrue(signals.take(Duration.ofDays(1)).stopping());
    assertTrue(signals.stoppedWithin(Duration.ofDays(1)));
  }
}
