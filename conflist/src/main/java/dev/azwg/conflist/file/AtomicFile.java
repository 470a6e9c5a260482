package dev.azwg.conflist.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
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
    Path directory = directoryOf(target);
    Path temporary = create(directory, content, mode);
    boolean renamed = false;
    try {
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
