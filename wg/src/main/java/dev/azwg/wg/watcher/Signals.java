package dev.azwg.wg.watcher;

import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * How the sources tell the reconciler that something is dirty. Marks are a set, so that a storm of
 * events is one pass; who waits for a pass gets an answer from the first one that began after the
 * request.
 */
final class Signals {
  /** Told when the pass that covers a request has ended. */
  interface Waiter {
    /**
     * The record is published, or is not.
     *
     * @param problem empty if this node's record is published, else why it is not
     */
    void published(String problem);
  }

  /**
   * What one pass has to look at.
   *
   * @param dirty the sources that changed
   * @param waiters who is to be told when it has been published
   * @param stopping whether the daemon is to end
   */
  record Work(Set<Dirty> dirty, List<Waiter> waiters, boolean stopping) {}

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition signalled = lock.newCondition();
  private final EnumSet<Dirty> dirty = EnumSet.noneOf(Dirty.class);
  private List<Waiter> waiters = new ArrayList<>();
  private boolean stopping;

  void mark(Dirty source) {
    lock.lock();
    try {
      if (dirty.add(source)) {
        signalled.signalAll();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Marks the ledger dirty and registers who wants to know when its content is published. */
  void await(Waiter waiter) {
    lock.lock();
    try {
      dirty.add(Dirty.LEDGER);
      waiters.add(waiter);
      signalled.signalAll();
    } finally {
      lock.unlock();
    }
  }

  void stop() {
    lock.lock();
    try {
      stopping = true;
      signalled.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Waits until something is dirty or the time is over, and takes what there is. */
  Work take(Duration atMost) throws InterruptedException {
    lock.lock();
    try {
      long nanos = atMost.toNanos();
      while (dirty.isEmpty() && !stopping && nanos > 0) {
        nanos = signalled.awaitNanos(nanos);
      }
      Work work = new Work(EnumSet.copyOf(dirty), waiters, stopping);
      dirty.clear();
      waiters = new ArrayList<>();
      return work;
    } finally {
      lock.unlock();
    }
  }

  /** For a wait that only a stop may shorten. */
  boolean stoppedWithin(Duration atMost) throws InterruptedException {
    lock.lock();
    try {
      long nanos = atMost.toNanos();
      while (!stopping && nanos > 0) {
        nanos = signalled.awaitNanos(nanos);
      }
      return stopping;
    } finally {
      lock.unlock();
    }
  }
}
