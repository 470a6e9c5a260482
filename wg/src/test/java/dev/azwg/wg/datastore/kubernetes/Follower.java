package dev.azwg.wg.datastore.kubernetes;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.azwg.wg.datastore.DatastoreException;
import dev.azwg.wg.datastore.DatastoreSnapshot;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** A datastore with somebody who waits for its changes. */
final class Follower implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(25);

  final KubernetesDatastore datastore;
  private final Semaphore changes = new Semaphore(0);

  Follower(KubernetesDatastore datastore) {
    this.datastore = datastore;
    datastore.watch(changes::release);
  }

  DatastoreSnapshot read() throws DatastoreException {
    return datastore.read();
  }

  void await(String what, Predicate<DatastoreSnapshot> condition) throws Exception {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.test(datastore.read())) {
      boolean changed = changes.tryAcquire(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
      assertTrue(changed, () -> "waited for " + what + "; " + datastore.problem());
    }
  }

  /** Nothing announces that a problem has ended. */
  void awaitProblem(String problem) throws InterruptedException {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!datastore.problem().equals(problem)) {
      assertTrue(System.nanoTime() < deadline, datastore::problem);
      Thread.sleep(20);
    }
  }

  @Override
  public void close() {
    datastore.close();
  }
}
