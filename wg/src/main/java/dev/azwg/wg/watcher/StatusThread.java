package dev.azwg.wg.watcher;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * Answers who asks for the status on a thread of its own: reading a device with many peers takes
 * long, and a device that hangs takes for ever, while the plugin waits at the same socket. All who
 * ask while one answer is made get the next one together.
 */
final class StatusThread implements AutoCloseable {
  private final Supplier<byte[]> document;
  private final Log log;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition asked = lock.newCondition();
  private List<ApiServer.Reply> waiting = new ArrayList<>();
  private boolean closing;

  private StatusThread(Supplier<byte[]> document, Log log) {
    this.document = document;
    this.log = log;
  }

  /**
   * Starts the thread.
   *
   * @param document makes the answer, a line; called on the thread
   */
  static StatusThread start(Supplier<byte[]> document, Log log) {
    StatusThread status = new StatusThread(document, log);
    Thread.ofPlatform().daemon().name("status").start(status::run);
    return status;
  }

  /** Answers later. No more can wait than the local API has connections. */
  void answer(ApiServer.Reply reply) {
    lock.lock();
    try {
      waiting.add(reply);
      asked.signal();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() {
    lock.lock();
    try {
      closing = true;
      asked.signal();
    } finally {
      lock.unlock();
    }
  }

  private void run() {
    for (List<ApiServer.Reply> replies = next(); !replies.isEmpty(); replies = next()) {
      try {
        byte[] line = document.get();
        replies.forEach(reply -> reply.send(line));
      } catch (RuntimeException e) {
        // A mistake in one answer must not end all later ones.
        log.error("the status cannot be told", "error", e);
      }
    }
  }

  /** Who is to be answered next; empty if the thread is to end. */
  private List<ApiServer.Reply> next() {
    lock.lock();
    try {
      while (waiting.isEmpty() && !closing) {
        asked.awaitUninterruptibly();
      }
      List<ApiServer.Reply> taken = closing ? List.of() : waiting;
      waiting = new ArrayList<>();
      return taken;
    } finally {
      lock.unlock();
    }
  }
}
