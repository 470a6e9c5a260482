package dev.azwg.wg.watcher;

import dev.azwg.netlink.NetlinkException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Receives the kernel's notifications on a thread, and keeps at it: a socket that dies is opened
 * anew, and whenever notifications may have been missed this is told, so that everything is read.
 *
 * @param <M> what receives
 */
final class Subscription<M extends AutoCloseable> implements AutoCloseable {
  /** Opens the receiver, in the network namespace of the thread that calls it. */
  @FunctionalInterface
  interface Opener<M> {
    /** Opens it. */
    M open() throws NetlinkException;
  }

  /** Waits for notifications and handles them. */
  @FunctionalInterface
  interface Receiver<M> {
    /** Waits once. */
    void receive(M monitor) throws NetlinkException;
  }

  private static final Duration FIRST_PAUSE = Duration.ofMillis(50);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);

  private final String name;
  private final Opener<M> opener;
  private final Receiver<M> receiver;
  private final Runnable missed;
  private final Log log;
  private final CountDownLatch closing = new CountDownLatch(1);
  private M monitor;

  private Subscription(
      String name, Opener<M> opener, Receiver<M> receiver, Runnable missed, Log log, M monitor) {
    this.name = name;
    this.opener = opener;
    this.receiver = receiver;
    this.missed = missed;
    this.log = log;
    this.monitor = monitor;
  }

  /**
   * Subscribes, and begins to receive on a thread of its own.
   *
   * @param missed called when notifications may have been missed
   * @throws NetlinkException if it cannot be opened the first time
   */
  static <M extends AutoCloseable> Subscription<M> start(
      String name, Opener<M> opener, Receiver<M> receiver, Runnable missed, Log log)
      throws NetlinkException {
    Subscription<M> subscription =
        new Subscription<>(name, opener, receiver, missed, log, opener.open());
    // Inherits the network namespace, in which the socket may have to be opened anew.
    Thread.ofPlatform().daemon().name(name).start(subscription::run);
    return subscription;
  }

  /** Ends it; a receiver that waits returns. */
  @Override
  public void close() {
    synchronized (this) {
      closing.countDown();
      close(monitor);
    }
  }

  private void run() {
    Duration pause = FIRST_PAUSE;
    while (!isClosing()) {
      try {
        receiver.receive(current());
        pause = FIRST_PAUSE;
      } catch (NetlinkException e) {
        if (isClosing()) {
          return;
        }
        if (e.reason() == NetlinkException.Reason.MALFORMED) {
          log.warn("a notification is not understood", "of", name, "error", e.getMessage());
          missed.run();
        } else {
          log.error("notifications have ended", "of", name, "error", e.getMessage());
          pause = reopen(pause);
        }
      }
    }
  }

  /** Tries until it is open or is to end; the resync finds what changes meanwhile. */
  private Duration reopen(Duration first) {
    Duration pause = first;
    while (!closedWithin(pause)) {
      Duration longer = pause.multipliedBy(2);
      pause = longer.compareTo(LONGEST_PAUSE) < 0 ? longer : LONGEST_PAUSE;
      try {
        replace(opener.open());
        log.info("notifications go on", "of", name);
        missed.run();
        return pause;
      } catch (NetlinkException e) {
        log.warn("notifications cannot be had", "of", name, "error", e.getMessage());
      }
    }
    return pause;
  }

  private synchronized M current() {
    return monitor;
  }

  private synchronized void replace(M opened) {
    close(monitor);
    monitor = opened;
    if (isClosing()) {
      close(opened);
    }
  }

  private boolean isClosing() {
    return closing.getCount() == 0;
  }

  private boolean closedWithin(Duration atMost) {
    try {
      return closing.await(atMost.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return true;
    }
  }

  private void close(M old) {
    try {
      old.close();
    } catch (Exception e) {
      log.warn("a notification socket cannot be closed", "of", name, "error", e.getMessage());
    }
  }
}
