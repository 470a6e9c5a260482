package dev.azwg.conflist.file;

import static java.nio.file.StandardWatchEventKinds.ENTRY_CREATE;
import static java.nio.file.StandardWatchEventKinds.ENTRY_DELETE;
import static java.nio.file.StandardWatchEventKinds.ENTRY_MODIFY;

import java.io.IOException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Waits for changes in directories, by inotify(7). A directory may be absent, removed, made anew or
 * replaced by another: its nearest ancestor is followed until it is there, and it counts as changed
 * when it is another than before. An overflow of the event queue counts as a change of everything.
 *
 * <p>One thread waits; any thread may close. Where inotify's limits are reached, or events are lost
 * on a network file system, callers must look now and then all the same.
 */
public final class DirectoryFollower implements AutoCloseable {
  private final WatchService service;
  private final List<Path> directories;
  private final Map<Path, Followed> followed = new HashMap<>();

  /** What stands for a directory in the watch service; the file key tells it from its successor. */
  private record Followed(Path path, @Nullable Object fileKey, WatchKey key) {}

  private DirectoryFollower(WatchService service, List<Path> directories) {
    this.service = service;
    this.directories = directories;
  }

  /**
   * Begins to follow directories, which need not exist. Changes from now on are told.
   *
   * @throws IOException if inotify's limits are reached
   */
  public static DirectoryFollower of(List<Path> directories) throws IOException {
    List<Path> absolute = new ArrayList<>();
    directories.forEach(directory -> absolute.add(directory.toAbsolutePath().normalize()));
    WatchService service = absolute.getFirst().getFileSystem().newWatchService();
    DirectoryFollower follower = new DirectoryFollower(service, absolute);
    try {
      follower.renew();
    } catch (IOException e) {
      service.close();
      throw e;
    }
    return follower;
  }

  /**
   * Waits until something has changed since the last call, or the time is over.
   *
   * @return false if the time is over
   * @throws ClosedWatchServiceException if it was closed
   */
  public boolean await(Duration atMost) throws InterruptedException, IOException {
    long deadline = System.nanoTime() + atMost.toNanos();
    if (renew()) {
      return true;
    }
    while (true) {
      WatchKey key = service.poll(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
      if (key == null) {
        // Events tell of what is in a directory, not that it was moved away itself.
        return renew();
      }
      boolean inside = drain(key);
      if (renew() || inside) {
        return true;
      }
    }
  }

  @Override
  public void close() {
    try {
      service.close();
    } catch (IOException e) {
      // The descriptor is gone either way.
    }
  }

  /** Takes all that has happened; whether it was in a directory itself, not in an ancestor. */
  private boolean drain(WatchKey first) {
    boolean inside = false;
    for (WatchKey key = first; key != null; key = service.poll()) {
      key.pollEvents();
      key.reset();
      for (Map.Entry<Path, Followed> entry : followed.entrySet()) {
        inside |=
            entry.getValue().key().equals(key) && entry.getValue().path().equals(entry.getKey());
      }
    }
    return inside;
  }

  /** Follows what is there now; whether that is another directory than before. */
  private boolean renew() throws IOException {
    boolean changed = false;
    for (Path directory : directories) {
      Followed before = followed.get(directory);
      Followed now = register(directory);
      followed.put(directory, now);
      if (before != null && !before.key().equals(now.key())) {
        cancelUnused(before.key());
      }
      boolean same =
          before != null
              && before.path().equals(now.path())
              && Objects.equals(before.fileKey(), now.fileKey());
      boolean isDirectory = now.path().equals(directory);
      boolean wasDirectory = before != null && before.path().equals(directory);
      changed |= before != null && !same && (isDirectory || wasDirectory);
    }
    return changed;
  }

  private Followed register(Path directory) throws IOException {
    for (Path path = directory; path != null; path = path.getParent()) {
      try {
        Object fileKey = Files.readAttributes(path, BasicFileAttributes.class).fileKey();
        return new Followed(
            path, fileKey, path.register(service, ENTRY_CREATE, ENTRY_MODIFY, ENTRY_DELETE));
      } catch (NoSuchFileException | NotDirectoryException absent) {
        // The parent will tell.
      }
    }
    throw new NoSuchFileException(directory.toString());
  }

  private void cancelUnused(WatchKey key) {
    if (followed.values().stream().noneMatch(each -> each.key().equals(key))) {
      key.cancel();
    }
  }
}
