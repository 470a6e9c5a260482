package dev.azwg.netlink.netns;

import static dev.azwg.netlink.libc.LinuxConstants.CLONE_NEWNET;
import static dev.azwg.netlink.libc.LinuxConstants.O_CLOEXEC;
import static dev.azwg.netlink.libc.LinuxConstants.O_NONBLOCK;
import static dev.azwg.netlink.libc.LinuxConstants.O_RDONLY;

import dev.azwg.netlink.NetlinkException;
import dev.azwg.netlink.libc.Errno;
import dev.azwg.netlink.libc.Libc;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Runs code in another network namespace.
 *
 * <p>setns(2) moves one thread of the kernel's. So each call has a platform thread of its own,
 * which enters the namespace, runs the task and ends: no thread that anything else runs on is ever
 * in a foreign namespace, whatever fails. A netlink socket stays in the namespace it was opened in,
 * so a {@code RouteNetlink} that the task opens and returns may be used from any thread.
 */
public final class NetworkNamespace {
  private NetworkNamespace() {}

  /**
   * Runs a task in a namespace and waits for it. An interrupt of the waiting thread does not break
   * the wait off, it is still set afterwards.
   *
   * @param namespace a file that stands for a network namespace, such as {@code /run/netns/NAME} or
   *     {@code /proc/PID/ns/net}
   * @throws NetlinkException SYSTEM_CALL if the file cannot be opened (ENOENT, ...) or is no
   *     network namespace (EINVAL); the task has not run then
   * @throws IOException what the task threw; its unchecked exceptions come through as they are too
   */
  public static <T extends @Nullable Object> T call(
      Libc libc, Path namespace, NamespaceTask<T> task) throws IOException {
    Visit<T> visit = new Visit<>(libc, namespace, task);
    Thread thread = Thread.ofPlatform().name("netns " + namespace).daemon().start(visit);
    awaitEnd(thread);
    return visit.outcome.run();
  }

  /** One thread's stay in a namespace; its outcome is read after the thread has ended. */
  private static final class Visit<T extends @Nullable Object> implements Runnable {
    private final Libc libc;
    private final Path namespace;
    private final NamespaceTask<T> task;
    private NamespaceTask<T> outcome =
        () -> {
          throw new IllegalStateException("the thread has not run");
        };

    Visit(Libc libc, Path namespace, NamespaceTask<T> task) {
      this.libc = libc;
      this.namespace = namespace;
      this.task = task;
    }

    // All that a task can throw has to reach the caller, errors too: nobody else would see them.
    @Override
    public void run() {
      try {
        enter(libc, namespace);
        T value = task.run();
        outcome = () -> value;
      } catch (IOException | RuntimeException | Error e) {
        outcome =
            () -> {
              throw e;
            };
      }
    }
  }

  private static void enter(Libc libc, Path namespace) throws NetlinkException {
    // O_NONBLOCK, so that a FIFO in the namespace file's place does not block the open.
    int fd = libc.open(namespace.toString(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0) {
      throw NetlinkException.systemCall("open " + namespace, Errno.ofResult(fd));
    }
    try {
      int entered = libc.setns(fd, CLONE_NEWNET);
      if (entered < 0) {
        throw NetlinkException.systemCall("setns " + namespace, Errno.ofResult(entered));
      }
    } finally {
      libc.close(fd);
    }
  }

  private static void awaitEnd(Thread thread) {
    boolean interrupted = false;
    while (true) {
      try {
        thread.join();
        break;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
