package dev.azwg.wg.metrics;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The page that scrapes are answered with, made anew at most once a second: reading a device with
 * many peers is expensive, and anybody may ask as often as he likes. Thread-safe.
 */
final class MetricsPage {
  private static final Duration FRESH = Duration.ofSeconds(1);

  /** A device that hangs must not collect all who ask. */
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private final Supplier<Exposition> source;
  private final ReentrantLock lock = new ReentrantLock();
  private byte @Nullable [] last;
  private long madeAt;

  MetricsPage(Supplier<Exposition> source) {
    this.source = source;
  }

  /** The page; empty if it could not be had in time. */
  Optional<byte[]> text() throws InterruptedException {
    if (!lock.tryLock(PATIENCE.toNanos(), TimeUnit.NANOSECONDS)) {
      return Optional.empty();
    }
    try {
      byte[] text = last;
      if (text == null || System.nanoTime() - madeAt >= FRESH.toNanos()) {
        text = source.get().encode();
        last = text;
        madeAt = System.nanoTime();
      }
      return Optional.of(text);
    } finally {
      lock.unlock();
    }
  }
}
