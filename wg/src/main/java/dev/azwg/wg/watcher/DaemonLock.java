package dev.azwg.wg.watcher;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Held by who owns a node's tunnel: the daemon, or the command that removes what it has made. Two
 * at a time would undo each other's work. The kernel drops the lock with its holder.
 */
final class DaemonLock implements AutoCloseable {
  private final FileChannel channel;

  private DaemonLock(FileChannel channel) {
    this.channel = channel;
  }

  /**
   * Takes the lock.
   *
   * @throws IOException if somebody else has it, or the file cannot be made
   */
  static DaemonLock acquire(Path file) throws IOException {
    FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    FileLock held = channel.tryLock();
    if (held == null) {
      channel.close();
      throw new IOException("a watcher is running: " + file + " is locked");
    }
    return new DaemonLock(channel);
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
