package dev.azwg.conflist.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Set;

/**
 * Replaces a file whole or not at all: a temporary file in the same directory, fsync, rename(2).
 *
 * <p>The temporary file's name starts with {@code .azwg-} and ends in {@code .tmp}, so that neither
 * a container runtime (which takes .conf, .conflist and .json) nor a reader of the ledger takes it
 * for content. One that a killed process left behind is harmless and is recognised by {@link
 * #isTemporary}.
 */
public final class AtomicFile {
  private static final String PREFIX = ".azwg-";
  private static final String SUFFIX = ".tmp";
  private static final int NAME_ATTEMPTS = 32;

  /** What survives a loss of power. A crash of a program loses nothing either way. */
  public enum Durability {
    /** The content, once the name is on disk: enough for a memory file system such as /run. */
    CONTENT,
    /** The name too: the directory is synchronised after the rename. */
    CONTENT_AND_NAME
  }

  /** Looks once more before the target is replaced. */
  @FunctionalInterface
  public interface Guard {
    /** Throws to leave the target as it is. */
    void check() throws IOException;
  }

  private AtomicFile() {}

  /**
   * Gives {@code target} exactly {@code content} and {@code mode}, whatever was there before.
   *
   * @param mode the permissions, also when the process has a tighter umask
   * @throws IOException if anything fails; then the target is as it was and no temporary file stays
   */
  public static void write(
      Path target, byte[] content, Set<PosixFilePermission> mode, Durability durability)
      throws IOException {
    write(target, content, mode, durability, () -> {});
  }

  /**
   * As the other form, and calls {@code beforeRename} when only the rename is left to do: the time
   * in which another writer's file could be lost is then as short as it can be.
   *
   * @throws IOException also when {@code beforeRename} does
   */
  public static void write(
      Path target,
      byte[] content,
      Set<PosixFilePermission> mode,
      Durability durability,
      Guard beforeRename)
      throws IOException {
    Path directory = directoryOf(target);
    Path temporary = create(directory, content, mode);
    boolean renamed = false;
    try {
      beforeRename.check();
      Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
      renamed = true;
    } finally {
      if (!renamed) {
        Files.deleteIfExists(temporary);
      }
    }
    if (durability == Durability.CONTENT_AND_NAME) {
      try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
        channel.force(true);
      }
    }
  }

  /**
   * Removes temporary files that killed writers left in a directory. Only for its owner, when no
   * write that began before {@code lastModifiedBefore} can still be running.
   *
   * @return how many were removed
   * @throws IOException if the directory cannot be listed or a file stays
   */
  public static int removeStale(Path directory, Instant lastModifiedBefore) throws IOException {
    int removed = 0;
    try (DirectoryStream<Path> temporaries =
        Files.newDirectoryStream(
            directory, file -> isTemporary(String.valueOf(file.getFileName())))) {
      for (Path file : temporaries) {
        if (isStale(file, lastModifiedBefore) && Files.deleteIfExists(file)) {
          removed++;
        }
      }
    } catch (DirectoryIteratorException e) {
      throw new IOException(directory + " cannot be listed", e);
    }
    return removed;
  }

  private static boolean isStale(Path file, Instant lastModifiedBefore) throws IOException {
    try {
      return Files.getLastModifiedTime(file, LinkOption.NOFOLLOW_LINKS)
          .toInstant()
          .isBefore(lastModifiedBefore);
    } catch (NoSuchFileException renamed) {
      return false; // Its writer was alive.
    }
  }

  /** Whether a file of this name is a temporary file of {@link #write}. */
  public static boolean isTemporary(String fileName) {
    return fileName.startsWith(PREFIX) && fileName.endsWith(SUFFIX);
  }

  private static Path create(Path directory, byte[] content, Set<PosixFilePermission> mode)
      throws IOException {
    FileAttribute<?> permissions = PosixFilePermissions.asFileAttribute(mode);
    for (int attempt = 1; ; attempt++) {
      // Unique enough: a name that is taken is noticed (O_EXCL), and the clock has moved on.
      String name = PREFIX + Long.toHexString(System.nanoTime()) + SUFFIX;
      Path temporary = directory.resolve(name);
      try (FileChannel channel =
          FileChannel.open(
              temporary,
              Set.of(StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW),
              permissions)) {
        fill(channel, temporary, content, mode);
        return temporary;
      } catch (FileAlreadyExistsException taken) {
        if (attempt == NAME_ATTEMPTS) {
          throw taken;
        }
      }
    }
  }

  private static void fill(
      FileChannel channel, Path temporary, byte[] content, Set<PosixFilePermission> mode)
      throws IOException {
    boolean complete = false;
    try {
      ByteBuffer buffer = ByteBuffer.wrap(content);
      while (buffer.hasRemaining()) {
        channel.write(buffer);
      }
      Files.setPosixFilePermissions(temporary, mode); // open(2) has applied the umask.
      channel.force(true);
      complete = true;
    } finally {
      if (!complete) {
        Files.deleteIfExists(temporary);
      }
    }
  }

  private static Path directoryOf(Path target) {
    Path parent = target.getParent();
    return parent == null ? Path.of(".") : parent;
  }
}
