package dev.azwg.netlink.lock;

import static dev.azwg.netlink.libc.LinuxConstants.LOCK_EX;
import static dev.azwg.netlink.libc.LinuxConstants.LOCK_NB;
import static dev.azwg.netlink.libc.LinuxConstants.O_CLOEXEC;
import static dev.azwg.netlink.libc.LinuxConstants.O_RDONLY;

import dev.azwg.netlink.libc.Errno;
import dev.azwg.netlink.libc.Libc;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The lock on the state directory: flock(2) on {@code <stateDir>/lock}. The kernel drops it when
 * its holder ends, however it ends, so that a killed program blocks nobody.
 */
public final class StateLock implements AutoCloseable {
  private static final FileAttribute<Set<PosixFilePermission>> PRIVATE_FILE =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
  private static final FileAttribute<Set<PosixFilePermission>> PRIVATE_DIRECTORY =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

  private final Libc libc;
  private final int fd;

  private StateLock(Libc libc, int fd) {
    this.libc = libc;
    this.fd = fd;
  }

  /**
   * Takes the lock, and makes the directory (0700) if there is none.
   *
   * @param bound how long to wait for other calls
   * @throws LockTimeoutException if others held it all that time
   * @throws IOException if the directory or the file cannot be made or opened
   */
  public static StateLock acquire(Libc libc, Path stateDir, Duration bound) throws IOException {
    Path file = stateDir.resolve("lock");
    int fd = open(libc, file);
    int taken = libc.flock(fd, LOCK_EX | LOCK_NB);
    if (Errno.EAGAIN.isResult(taken) || Errno.EINTR.isResult(taken)) {
      return new Wait(libc, fd).await(bound);
    }
    if (taken < 0) {
      libc.close(fd);
      throw failed("flock", file, taken);
    }
    return new StateLock(libc, fd);
  }

  /** Gives the lock back. */
  @Override
  public void close() {
    libc.close(fd);
  }

  private static int open(Libc libc, Path file) throws IOException {
    int fd = libc.open(file.toString(), O_RDONLY | O_CLOEXEC);
    if (Errno.ENOENT.isResult(fd)) {
      Files.createDirectories(file.resolveSibling("."), PRIVATE_DIRECTORY);
      try {
        Files.createFile(file, PRIVATE_FILE);
      } catch (FileAlreadyExistsException another) {
        // Another call made it in between.
      }
      fd = libc.open(file.toString(), O_RDONLY | O_CLOEXEC);
    }
    if (fd < 0) {
      throw failed("open", file, fd);
    }
    return fd;
  }

  private static IOException failed(String call, Path file, int result) {
    return new IOException(call + " " + file + ": " + Errno.ofResult(result));
  }

  /**
   * A wait with a bound, which flock(2) does not have: the call blocks on a thread of its own. Who
   * comes too late, the thread or the one that waits for it, gives the descriptor back.
   */
  private static final class Wait {
    private static final int WAITING = 0;
    private static final int ENDED = 1;
    private static final int ABANDONED = 2;

    private final Libc libc;
    private final int fd;
    private final AtomicInteger state = new AtomicInteger(WAITING);
    private final CountDownLatch ended = new CountDownLatch(1);
    private volatile int result;

    Wait(Libc libc, int fd) {
      this.libc = libc;
      this.fd = fd;
    }

    StateLock await(Duration bound) throws IOException {
      Thread.ofPlatform().daemon().name("flock").start(this::block);
      boolean inTime = false;
      try {
        inTime = ended.await(bound.toNanos(), TimeUnit.NANOSECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      if (!inTime && state.compareAndSet(WAITING, ABANDONED)) {
        throw new LockTimeoutException(bound);
      }
      if (result < 0) {
        libc.close(fd);
        throw new IOException("flock: " + Errno.ofResult(result));
      }
      return new StateLock(libc, fd);
    }

    private void block() {
      int taken;
      do {
        taken = libc.flock(fd, LOCK_EX);
      } while (Errno.EINTR.isResult(taken));
      result = taken;
      if (state.compareAndSet(WAITING, ENDED)) {
        ended.countDown();
      } else {
        libc.close(fd);
      }
    }
  }
}
