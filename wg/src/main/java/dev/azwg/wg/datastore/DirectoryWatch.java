package dev.azwg.wg.datastore;

import static java.nio.file.StandardWatchEventKinds.ENTRY_CREATE;
import static java.nio.file.StandardWatchEventKinds.ENTRY_DELETE;
import static java.nio.file.StandardWatchEventKinds.ENTRY_MODIFY;

import java.io.IOException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.Path;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;

/**
 * Calls back after every change in one folder, by inotify(7). An overflow of the event queue counts
 * as a change, as does the disappearance of the folder: the reader of the folder finds out.
 */
public final class DirectoryWatch implements AutoCloseable {
  private final WatchService service;
  private final Runnable changed;

  private DirectoryWatch(WatchService service, Runnable changed) {
    this.service = service;
    this.changed = changed;
  }

  /**
   * Follows {@code directory} on a daemon thread until closed.
   *
   * @throws IOException if the folder does not exist or the inotify limits are reached
   */
  public static DirectoryWatch start(Path directory, Runnable changed) throws IOException {
    WatchService service = directory.getFileSystem().newWatchService();
    try {
      directory.register(service, ENTRY_CREATE, ENTRY_MODIFY, ENTRY_DELETE);
    } catch (IOException e) {
      service.close();
      throw e;
    }
    DirectoryWatch watch = new DirectoryWatch(service, changed);
    Thread.ofPlatform().daemon().name("watch " + directory.getFileName()).start(watch::run);
    return watch;
  }

  @Override
  public void close() {
    try {
      service.close();
    } catch (IOException e) {
      // The descriptor is gone either way, and the thread ends with it.
    }
  }

  private void run() {
    try {
      boolean followed = true;
      while (followed) {
        WatchKey key = service.take();
        key.pollEvents();
        followed = key.reset();
        changed.run();
      }
    } catch (ClosedWatchServiceException e) {
      // Closed on purpose.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
