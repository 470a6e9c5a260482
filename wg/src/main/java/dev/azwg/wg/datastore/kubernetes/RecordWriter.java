package dev.azwg.wg.datastore.kubernetes;

import dev.azwg.wg.datastore.DatastoreException;
import dev.azwg.wg.mesh.PeerRecord;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Writes this node's record on a thread of its own: the first one at once, then at most one a
 * second, always the newest. What cannot be written is tried again, with pauses that grow, until it
 * can or until something newer takes its place.
 */
final class RecordWriter implements AutoCloseable {
  /** The server is asked to take one of these. */
  interface Target {
    /**
     * Writes the record.
     *
     * @throws DatastoreException if the server did not take it
     */
    void write(PeerRecord record) throws DatastoreException;
  }

  private static final Duration INTERVAL = Duration.ofSeconds(1);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);

  private final Target target;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition submitted = lock.newCondition();
  private @Nullable PeerRecord pending;
  private CompletableFuture<Void> outcome = new CompletableFuture<>();
  private boolean closed;
  private volatile String problem = "";

  private RecordWriter(Target target) {
    this.target = target;
  }

  static RecordWriter start(Target target) {
    RecordWriter writer = new RecordWriter(target);
    Thread.ofPlatform().daemon().name("record-writer").start(writer::run);
    return writer;
  }

  /**
   * Takes a record to be written.
   *
   * @return completes when it, or a newer one, has been written; completes exceptionally when an
   *     attempt has failed, after which it is tried again all the same
   */
  CompletableFuture<Void> submit(PeerRecord record) {
    lock.lock();
    try {
      pending = record;
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
      submitted.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void run() {
    Duration pause = INTERVAL;
    try {
      while (true) {
        Work work = take();
        if (work == null) {
          return;
        }
        try {
          target.write(work.record());
          problem = "";
          pause = INTERVAL;
          work.outcome().complete(null);
        } catch (DatastoreException e) {
          problem = String.valueOf(e.getMessage());
          putBack(work.record());
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

  private record Work(PeerRecord record, CompletableFuture<Void> outcome) {}

  private @Nullable Work take() throws InterruptedException {
    lock.lock();
    try {
      while (pending == null && !closed) {
        submitted.await();
      }
      PeerRecord record = pending;
      if (record == null) {
        return null;
      }
      Work work = new Work(record, outcome);
      pending = null;
      outcome = new CompletableFuture<>();
      return work;
    } finally {
      lock.unlock();
    }
  }

  private void putBack(PeerRecord record) {
    lock.lock();
    try {
      if (pending == null && !closed) {
        pending = record;
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
