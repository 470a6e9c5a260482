package dev.azwg.wg.datastore.kubernetes;

import dev.azwg.wg.datastore.DatastoreException;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/**
 * Keeps the store equal to what the server has. The informer does it, as long as it learns of what
 * goes wrong; a connection whose other end has gone without a word it would trust for many minutes.
 * So the server is asked now and then how far it is, and a watch that does not get there is begun
 * anew.
 */
final class RecordWatch implements AutoCloseable {
  /**
   * When a watch is doubted.
   *
   * @param probe between two questions to the server
   * @param patience how long the watch may be behind the answer; bookmarks come about once a minute
   */
  record Timing(Duration probe, Duration patience) {
    static final Timing STANDARD = new Timing(Duration.ofSeconds(30), Duration.ofSeconds(75));
  }

  /**
   * The list of the records of a name that no object has: it is empty, comes out of the server's
   * cache, and says the revision of all of them. (A limit would not do: the cache does not know
   * limits.)
   */
  static final String HOW_FAR =
      "/apis/%s/%s/%s?resourceVersion=0&fieldSelector=metadata.name%%3D-"
          .formatted(WireGuardPeer.GROUP, WireGuardPeer.VERSION, WireGuardPeer.PLURAL);

  private static final int MAXIMUM_BYTES = 4096;

  private final KubernetesClient client;
  private final BoundedCalls calls;
  private final RecordStore store;
  private final Timing timing;
  private final Runnable changed;
  private final WatchProgress progress;
  private final CountDownLatch readable = new CountDownLatch(1);
  private final CountDownLatch closed = new CountDownLatch(1);
  private volatile SharedIndexInformer<WireGuardPeer> informer;
  private volatile String lastFailure = "";

  private RecordWatch(
      KubernetesClient client,
      BoundedCalls calls,
      RecordStore store,
      Timing timing,
      Runnable changed) {
    this.client = client;
    this.calls = calls;
    this.store = store;
    this.timing = timing;
    this.changed = changed;
    this.progress = new WatchProgress(timing.patience());
    this.informer = begin();
  }

  /**
   * Begins; does not wait for the server.
   *
   * @param changed called when the records can be read for the first time
   */
  static RecordWatch start(
      KubernetesClient client,
      BoundedCalls calls,
      RecordStore store,
      Timing timing,
      Runnable changed) {
    RecordWatch watch = new RecordWatch(client, calls, store, timing, changed);
    Thread.ofPlatform().daemon().name("watch-guard").start(watch::guard);
    return watch;
  }

  /** Whether all records have been listed once. */
  boolean isReadable() {
    return readable.getCount() == 0;
  }

  boolean awaitReadable(Duration atMost) throws InterruptedException {
    return readable.await(atMost.toNanos(), TimeUnit.NANOSECONDS);
  }

  /** Why the records are not followed at the moment; empty if they are. */
  String problem() {
    if (informer.isWatching()) {
      return "";
    }
    return lastFailure.isEmpty() ? "not connected" : lastFailure;
  }

  @Override
  public void close() {
    closed.countDown();
    informer.stop();
  }

  private SharedIndexInformer<WireGuardPeer> begin() {
    SharedIndexInformer<WireGuardPeer> next =
        client
            .resources(WireGuardPeer.class)
            .runnableInformer(0)
            .itemStore(store)
            .exceptionHandler((started, failure) -> {
              lastFailure = KubernetesDatastore.describe(failure);
              return true;
            });
    next.start()
        .whenComplete((done, failure) -> {
          if (failure == null) {
            readable.countDown();
            changed.run();
          }
        });
    return next;
  }

  private void guard() {
    long watchedAt = System.nanoTime();
    try {
      while (!closed.await(pause().toMillis(), TimeUnit.MILLISECONDS)) {
        SharedIndexInformer<WireGuardPeer> current = informer;
        String watch = current.lastSyncResourceVersion();
        if (!current.isWatching() || watch == null || watch.isEmpty()) {
          // It tries by itself; if that stands still, nobody else would notice.
          if (System.nanoTime() - watchedAt >= timing.patience().toNanos()) {
            beginAnew(current, lastFailure);
            watchedAt = System.nanoTime();
          }
          continue;
        }
        watchedAt = System.nanoTime();
        Optional<String> server = howFar();
        if (server.isPresent() && progress.isStale(server.get(), watch, System.nanoTime())) {
          beginAnew(current, "the connection had ended without a word");
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void beginAnew(SharedIndexInformer<WireGuardPeer> old, String reason) {
    lastFailure = reason;
    old.stop();
    informer = begin();
    if (closed.getCount() == 0) {
      informer.stop();
    }
  }

  /** Two thousand nodes shall not ask at the same moment. */
  private Duration pause() {
    long probe = timing.probe().toMillis();
    return Duration.ofMillis(probe * 3 / 4 + ThreadLocalRandom.current().nextLong(probe / 2 + 1));
  }

  private Optional<String> howFar() {
    try {
      String answer = calls.call(HOW_FAR, () -> client.raw(HOW_FAR));
      return answer == null
          ? Optional.empty()
          : PlatformJson.metadata(answer, HOW_FAR, MAXIMUM_BYTES, "resourceVersion");
    } catch (DatastoreException e) {
      // The informer finds out by itself what this is.
      return Optional.empty();
    }
  }
}
