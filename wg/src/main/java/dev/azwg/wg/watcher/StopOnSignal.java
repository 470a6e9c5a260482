package dev.azwg.wg.watcher;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * SIGTERM and SIGINT end the daemon between two passes, with exit code 0. The runtime turns them
 * into its shutdown sequence; the hook in it holds the process until the daemon is done.
 */
final class StopOnSignal implements AutoCloseable {
  /** Longer than any pass; who waits longer for us sends SIGKILL anyway. */
  private static final Duration LONGEST_PASS = Duration.ofSeconds(8);

  private final CountDownLatch done = new CountDownLatch(1);
  private final Thread hook;

  private StopOnSignal(Signals signals, Log log) {
    hook =
        Thread.ofPlatform()
            .name("stop")
            .unstarted(() -> {
              log.info("stopping");
              signals.stop();
              haltWhenDone();
            });
  }

  static StopOnSignal install(Signals signals, Log log) {
    StopOnSignal stop = new StopOnSignal(signals, log);
    Runtime.getRuntime().addShutdownHook(stop.hook);
    return stop;
  }

  /** The daemon has ended, by itself or because it was told to. */
  @Override
  public void close() {
    done.countDown();
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // The shutdown has begun: the hook is what waits for this call.
    }
  }

  private void haltWhenDone() {
    try {
      // Without the halt the exit code would be 128 and the signal's number.
      Runtime.getRuntime().halt(done.await(LONGEST_PASS.toSeconds(), TimeUnit.SECONDS) ? 0 : 1);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
