package dev.azwg.wg.datastore;

import dev.azwg.conflist.file.DirectoryFollower;
import java.io.IOException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * Calls back after every change in one folder, which may also be removed and made anew. The reader
 * of the folder finds out what it was.
 */
public final class DirectoryWatch implements AutoCloseable {
  /** Between two looks whether the folder is still the same one, besides the events. */
  private static final Duration LOOK = Duration.ofSeconds(10);

  private final DirectoryFollower follower;
  private final Runnable changed;

  private DirectoryWatch(DirectoryFollower follower, Runnable changed) {
    this.follower = follower;
    this.changed = changed;
  }

  /**
   * Follows {@code directory} on a daemon thread until closed.
   *
   * @throws IOException if the inotify limits are reached
   */
  public static DirectoryWatch start(Path directory, Runnable changed) throws IOException {
    DirectoryWatch watch = new DirectoryWatch(DirectoryFollower.of(List.of(directory)), changed);
    Thread.ofPlatform().daemon().name("watch " + directory.getFileName()).start(watch::run);
    return watch;
  }

  @Override
  public void close() {
    follower.close();
  }

  private void run() {
    try {
      while (true) {
        if (follower.await(LOOK)) {
          changed.run();
        }
      }
    } catch (ClosedWatchServiceException e) {
      // Closed on purpose.
    } catch (IOException e) {
      // The folder can no longer be followed: its reader looks now and then all the same.
      changed.run();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
