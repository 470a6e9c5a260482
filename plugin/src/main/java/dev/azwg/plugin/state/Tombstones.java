package dev.azwg.plugin.state;

import dev.azwg.conflist.file.AtomicFile;
import dev.azwg.conflist.file.AtomicFile.Durability;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.Set;

/**
 * Marks of DELs that found nothing to delete. An ADD of the same attachment that was already
 * running by then must not record it afterwards: no second DEL would come.
 *
 * <p>One file per mark, {@code <stateDir>/deleted/<name of the attachment file>}. A mark serves for
 * the length of an ADD and is removed when it is older than {@link #LIFETIME}. All methods are
 * called with the {@code StateLock} held.
 */
final class Tombstones {
  /** Longer than any runtime lets an ADD run. */
  static final Duration LIFETIME = Duration.ofMinutes(10);

  private static final Set<PosixFilePermission> MODE =
      EnumSet.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);

  private final Path directory;

  Tombstones(Path stateDir) {
    this.directory = stateDir.resolve("deleted");
  }

  /**
   * Notes a DEL, and removes marks that have served their time.
   *
   * @param fileName names the attachment
   */
  void mark(String fileName, Instant now) throws IOException {
    if (!Files.isDirectory(directory)) {
      Files.createDirectory(directory);
    }
    removeExpired(now);
    byte[] content =
        (now.getEpochSecond() + "." + now.getNano()).getBytes(StandardCharsets.US_ASCII);
    AtomicFile.write(directory.resolve(fileName), content, MODE, Durability.CONTENT);
  }

  /**
   * Whether an attachment was deleted at or after a time. A mark from before that time belongs to
   * an earlier life of the attachment and is removed.
   */
  boolean isDeletedSince(String fileName, Instant begin) throws IOException {
    Path mark = directory.resolve(fileName);
    String content;
    try {
      content = Files.readString(mark, StandardCharsets.US_ASCII);
    } catch (NoSuchFileException none) {
      return false;
    }
    if (!instant(content).isBefore(begin)) {
      return true;
    }
    Files.deleteIfExists(mark);
    return false;
  }

  private void removeExpired(Instant now) throws IOException {
    Instant limit = now.minus(LIFETIME);
    try (DirectoryStream<Path> marks = Files.newDirectoryStream(directory)) {
      for (Path mark : marks) {
        if (Files.getLastModifiedTime(mark, LinkOption.NOFOLLOW_LINKS)
            .toInstant()
            .isBefore(limit)) {
          Files.deleteIfExists(mark);
        }
      }
    }
  }

  /** A mark that cannot be read is as old as can be. */
  private static Instant instant(String content) {
    int dot = content.indexOf('.');
    try {
      return dot < 0
          ? Instant.MIN
          : Instant.ofEpochSecond(
              Long.parseLong(content.substring(0, dot)),
              Long.parseLong(content.substring(dot + 1)));
    } catch (DateTimeException | ArithmeticException | NumberFormatException unreadable) {
      return Instant.MIN;
    }
  }
}
