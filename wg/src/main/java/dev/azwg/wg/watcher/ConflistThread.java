package dev.azwg.wg.watcher;

import dev.azwg.conflist.file.DirectoryFollower;
import dev.azwg.conflist.keeper.ConflistKeeper;
import dev.azwg.conflist.keeper.KeeperStatus;
import dev.azwg.conflist.keeper.KeeperStatus.State;
import java.io.IOException;
import java.nio.file.ClosedWatchServiceException;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Has the keeper look at the network configuration lists whenever something changes there, and now
 * and then although nothing does. A thread of its own: the mesh never waits for it.
 */
final class ConflistThread implements AutoCloseable {
  private static final Duration RESCAN = Duration.ofSeconds(30);

  /** Spreads the rescans of nodes that were started together. */
  private static final Duration RESCAN_JITTER = Duration.ofSeconds(5);

  private final ConflistKeeper keeper;
  private final DirectoryFollower follower;
  private final StatusBoard board;
  private final Log log;
  private final CountDownLatch closed = new CountDownLatch(1);

  private ConflistThread(
      ConflistKeeper keeper, DirectoryFollower follower, StatusBoard board, Log log) {
    this.keeper = keeper;
    this.follower = follower;
    this.board = board;
    this.log = log;
  }

  /** Starts the thread, which begins its work when the first reconciliation has succeeded. */
  static ConflistThread start(
      ConflistKeeper keeper, DirectoryFollower follower, StatusBoard board, Log log) {
    ConflistThread conflist = new ConflistThread(keeper, follower, board, log);
    Thread.ofPlatform().daemon().name("conflist").start(conflist::run);
    return conflist;
  }

  /** Ends the thread. The entry stays in the list. */
  @Override
  public void close() {
    closed.countDown();
    follower.close();
  }

  private void run() {
    try {
      // An entry that is there while nothing serves it would have every ADD wait in vain.
      board.awaitFirstSuccess();
      KeeperStatus last = null;
      while (true) {
        KeeperStatus now = keeper.keep();
        board.kept(now);
        report(last, now);
        last = now;
        follow();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ClosedWatchServiceException e) {
      // The daemon ends.
    }
  }

  private void follow() throws InterruptedException {
    long jitter = ThreadLocalRandom.current().nextLong(RESCAN_JITTER.toMillis());
    try {
      follower.await(RESCAN.plusMillis(jitter));
    } catch (IOException e) {
      // inotify's limits, above all: fs.inotify.max_user_watches and the like.
      log.warn("network configurations are looked at every second only", "error", e.getMessage());
      closed.await(1, TimeUnit.SECONDS);
    }
  }

  private void report(@Nullable KeeperStatus last, KeeperStatus now) {
    if (last == null || now.insertions() > last.insertions()) {
      if (now.insertions() > 0) {
        log.info("plugin entered into the list", "file", now.file(), "times", now.insertions());
      }
    }
    boolean same =
        last != null
            && now.state() == last.state()
            && now.file().equals(last.file())
            && Objects.equals(now.detail(), last.detail());
    if (!same && now.state() == State.KEPT && now.detail().isEmpty()) {
      log.info("list has the plugin as its last entry", "file", now.file());
    } else if (!same) {
      log.warn(
          "list without the plugin, or not as it should be",
          "file",
          now.file(),
          "state",
          now.state(),
          "detail",
          now.detail());
    }
  }
}
