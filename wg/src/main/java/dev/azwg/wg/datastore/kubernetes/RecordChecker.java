package dev.azwg.wg.datastore.kubernetes;

import dev.azwg.wg.datastore.DatastoreException;
import dev.azwg.wg.datastore.DatastoreSnapshot;
import dev.azwg.wg.datastore.kubernetes.CheckedRecords.Work;
import dev.azwg.wg.mesh.PeerRecord;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Checks the records in the store against the platform, on a thread of its own: an address or a
 * claim that a node has not made before costs a request or two, anything else none.
 */
final class RecordChecker implements AutoCloseable {
  /** At the beginning; with fewer records than this one by one is no more. */
  private static final int WORTH_A_LIST = 16;

  private final RecordStore store;
  private final PlatformReader platform;
  private final CheckTiming timing;
  private final Runnable changed;
  private final CheckedRecords checked;
  private final CountDownLatch readable = new CountDownLatch(1);
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition woken = lock.newCondition();
  private boolean news;
  private boolean closed;
  private @Nullable Thread thread;
  private volatile BooleanSupplier listed = () -> false;

  /**
   * Checks nothing before {@link #start}.
   *
   * @param self this node, whose record is not checked
   * @param changed called after each change of what {@link #read} says
   */
  RecordChecker(
      KubernetesClient client,
      BoundedCalls calls,
      String self,
      RecordStore store,
      CheckTiming timing,
      Runnable changed) {
    this.store = store;
    this.timing = timing;
    this.changed = changed;
    platform = new PlatformReader(client, calls, timing.pace());
    checked = new CheckedRecords(self, timing);
  }

  /**
   * Begins.
   *
   * @param complete whether all records have been listed once
   */
  void start(BooleanSupplier complete) {
    listed = complete;
    Thread runner = Thread.ofPlatform().daemon().name("record-checker").unstarted(this::run);
    lock.lock();
    try {
      thread = runner;
    } finally {
      lock.unlock();
    }
    runner.start();
  }

  /** The store has changed. */
  void wake() {
    lock.lock();
    try {
      news = true;
      woken.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Whether every record that was there at the beginning has been decided. */
  boolean isReadable() {
    return readable.getCount() == 0;
  }

  boolean awaitReadable(Duration atMost) throws InterruptedException {
    return readable.await(atMost.toNanos(), TimeUnit.NANOSECONDS);
  }

  /** What may be followed now. */
  DatastoreSnapshot read() {
    takeNews();
    return checked.snapshot();
  }

  /** How many claims are followed without a proof. */
  int unproven() {
    return checked.unproven();
  }

  /** Why a record cannot be checked; empty if none waits for that. */
  String problem() {
    return checked.problem();
  }

  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      if (thread != null) {
        thread.interrupt();
      }
    } finally {
      lock.unlock();
    }
  }

  private void run() {
    int failures = 0;
    try {
      takeNews();
      while (!isClosed() && !listed.getAsBoolean()) {
        awaitNews(Long.MAX_VALUE);
      }
      takeNews();
      if (checked.undecided() >= WORTH_A_LIST) {
        survey();
      }
      while (!isClosed()) {
        takeNews();
        Optional<Work> work = checked.next(System.nanoTime());
        if (work.isEmpty()) {
          awaitNews(checked.nanosToNext(System.nanoTime()));
        } else if (check(work.get())) {
          failures = 0;
        } else {
          // The others would fail as well; each of them takes its turn all the same.
          TimeUnit.NANOSECONDS.sleep(timing.retryNanos(failures));
          failures++;
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Decides what is as it should be; everything else is looked into node by node. */
  private void survey() throws InterruptedException {
    try {
      platform.survey((name, node) ->
          checked
              .undecided(name)
              .ifPresent(work -> {
                Verdict verdict = RecordCheck.check(work.record(), Optional.of(node));
                if (verdict.isClean()) {
                  checked.decide(
                      work, verdict, Optional.of(node), platform.hasNoPools(), System.nanoTime());
                }
              }));
    } catch (DatastoreException e) {
      // The server is asked about each of them by itself, and that says what is wrong.
    }
  }

  private void takeNews() {
    // Asked first: what is in the store afterwards is at least what was listed.
    boolean complete = listed.getAsBoolean();
    checked.offer(store.snapshot(), complete, platform.hasNoPools(), System.nanoTime());
    if (checked.isReadable() && !isReadable()) {
      readable.countDown();
      changed.run();
    }
  }

  /** Whether the server could be asked. */
  private boolean check(Work work) throws InterruptedException {
    PeerRecord record = work.record();
    String name = record.node();
    try {
      Optional<PlatformNode> node = work.node().isPresent() ? work.node() : platform.node(name);
      if (node.isPresent()) {
        PlatformNode found = node.get();
        node = Optional.of(found.withPool(platform.pool(name, found.addresses())));
      }
      Verdict verdict = RecordCheck.check(record, node);
      if (node.isPresent() && RecordCheck.asksForPods(verdict)) {
        node = Optional.of(node.get().withPods(platform.pods(name)));
        verdict = RecordCheck.check(record, node);
      }
      if (checked.decide(work, verdict, node, platform.hasNoPools(), System.nanoTime())) {
        changed.run();
      }
      return true;
    } catch (DatastoreException e) {
      checked.failed(work, String.valueOf(e.getMessage()), System.nanoTime());
      return false;
    }
  }

  private boolean isClosed() {
    lock.lock();
    try {
      return closed;
    } finally {
      lock.unlock();
    }
  }

  private void awaitNews(long atMost) throws InterruptedException {
    lock.lock();
    try {
      long nanos = atMost;
      while (!news && !closed && nanos > 0) {
        nanos = woken.awaitNanos(nanos);
      }
      news = false;
    } finally {
      lock.unlock();
    }
  }
}
