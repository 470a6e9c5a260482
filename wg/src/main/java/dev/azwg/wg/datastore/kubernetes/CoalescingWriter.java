package dev.azwg.wg.datastore.kubernetes;

import dev.azwg.wg.datastore.DatastoreException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Writes one thing of this node's on a thread of its own: the first version at once, then at most
 * one a second, always the newest. What cannot be written is tried again, with pauses that grow,
 * until it can or until something newer takes its place.
 */
final class CoalescingWriter<T> implements AutoCloseable {
  /** Where versions are written to. */
  interface Target<T> {
    /**
     * Writes a version.
     *
     * @throws DatastoreException if the server did not take it
     */
    void write(T version) throws DatastoreException;
  }

  private static final Duration INTERVAL = Duration.ofSeconds(1);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);

  private final Target<T> target;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition submitted = lock.newCondition();
  private @Nullable T pending;
  private CompletableFuture<Void> outcome = new CompletableFuture<>();
  private boolean closed;
  private volatile String problem = "";

  private CoalescingWriter(Target<T> target) {
    this.target = target;
  }

  /** A writer on a new thread, {@code name}. */
  static <T> CoalescingWriter<T> start(String name, Target<T> target) {
    CoalescingWriter<T> writer = new CoalescingWriter<>(target);
    Thread.ofPlatform().daemon().name(name).start(writer::run);
    return writer;
  }

  /**
   * Takes a version to be written.
   *
   * @return completes when it, or a newer one, has been written; completes exceptionally when an
   *     attempt has failed, after which it is tried again all the same
   */
  CompletableFuture<Void> submit(T version) {
    lock.lock();
    try {
      pending = version;
      submitted.signalAll();
      return outcome;
    } finally {
      lock.unlock();
    }
  }

  /** Why the last attempt failed; empty if it did not. */
  String problem() {
    return problem;
  }

  /** Drops what is not written yet. */
  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      pending = null;
      outcome.completeExceptionally(new IllegalStateException("the datastore is closed"));
      submitted.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void run() {
    Duration pause = INTERVAL;
    try {
      while (true) {
        Work<T> work = take();
        if (work == null) {
          return;
        }
        try {
          target.write(work.version());
          problem = "";
          pause = INTERVAL;
          work.outcome().complete(null);
        } catch (DatastoreException | RuntimeException e) {
          problem = KubernetesDatastore.describe(e);
          putBack(work.version());
          work.outcome().completeExceptionally(e);
          Duration longer = pause.multipliedBy(2);
          pause = longer.compareTo(LONGEST_PAUSE) < 0 ? longer : LONGEST_PAUSE;
        }
        // Nodes that lost their server at the same moment shall not come back at the same moment.
        long jitter =
            problem.isEmpty() ? 0 : ThreadLocalRandom.current().nextLong(pause.toMillis());
        rest(pause.plusMillis(jitter));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private record Work<T>(T version, CompletableFuture<Void> outcome) {}

  private @Nullable Work<T> take() throws InterruptedException {
    lock.lock();
    try {
      while (pending == null && !closed) {
        submitted.await();
      }
      T version = pending;
      if (version == null) {
        return null;
      }
      Work<T> work = new Work<>(version, outcome);
      pending = null;
      outcome = new CompletableFuture<>();
      return work;
    } finally {
      lock.unlock();
    }
  }

  private void putBack(T version) {
    lock.lock();
    try {
      if (pending == null && !closed) {
        pending = version;
      }
    } finally {
      lock.unlock();
    }
  }

  private void rest(Duration time) throws InterruptedException {
    lock.lock();
    try {
      long nanos = time.toNanos();
      while (!closed && nanos > 0) {
        nanos = submitted.awaitNanos(nanos);
      }
    } finally {
      lock.unlock();
    }
  }
}
