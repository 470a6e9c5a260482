package dev.azwg.ipam.ledger;

import dev.azwg.conflist.file.AtomicFile;
import dev.azwg.conflist.file.AtomicFile.Durability;
import dev.azwg.ipam.ledger.LedgerException.Reason;
import dev.azwg.ipam.ledger.LedgerSnapshot.UnreadableFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The directory {@code <stateDir>/attachments}: one file per attachment, replaced whole, mode 0600
 * in a directory of mode 0700. Any number of processes may write and read it at once.
 *
 * <p>The content says which attachment a file is. The name is derived from it and need never be
 * parsed: {@code <containerID>-<ifName>.json}, or, where that would be longer than a file name may
 * be, could also be another attachment's name (an interface name with a '-') or has characters
 * other than letters, digits, '_' and '.', {@code _<hex>.json} with the SHA-256 of {@code
 * <containerID>/<ifName>} in UTF-8. No container ID starts with '_', so the two never meet.
 */
public final class Ledger {
  /** The largest attachment file that is read. */
  public static final int MAX_FILE_BYTES = 256 * 1024;

  private static final String DIRECTORY = "attachments";
  private static final String SUFFIX = ".json";
  private static final int NAME_MAX = 255; // limits.h
  private static final Set<PosixFilePermission> FILE_MODE =
      EnumSet.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);
  private static final Set<PosixFilePermission> DIRECTORY_MODE =
      EnumSet.of(
          PosixFilePermission.OWNER_READ,
          PosixFilePermission.OWNER_WRITE,
          PosixFilePermission.OWNER_EXECUTE);

  private final Path directory;

  /** A ledger under a state directory; nothing is touched before it is used. */
  public Ledger(Path stateDir) {
    this.directory = stateDir.resolve(DIRECTORY);
  }

  /** The directory that holds the files; it may not exist yet. */
  public Path directory() {
    return directory;
  }

  /** The file of an attachment, whether it exists or not. */
  public Path file(AttachmentKey key) {
    return directory.resolve(fileName(key));
  }

  /**
   * Records an attachment in place of what the ledger has under its key. When this returns, a
   * process that is killed has lost nothing.
   *
   * @throws LedgerException if it cannot; then the ledger is as it was
   */
  public void write(Attachment attachment) throws LedgerException {
    Path file = file(attachment.key());
    byte[] content = AttachmentCodec.encode(attachment);
    if (content.length > MAX_FILE_BYTES) {
      throw new LedgerException(Reason.TOO_LARGE, file, "no reader would take it", null);
    }
    try {
      try {
        AtomicFile.write(file, content, FILE_MODE, Durability.CONTENT);
      } catch (NoSuchFileException noDirectory) {
        Files.createDirectories(directory, PosixFilePermissions.asFileAttribute(DIRECTORY_MODE));
        AtomicFile.write(file, content, FILE_MODE, Durability.CONTENT);
      }
    } catch (IOException e) {
      throw new LedgerException(Reason.UNWRITABLE, file, "cannot be written: " + describe(e), e);
    }
  }

  /**
   * Removes an attachment's file, whatever it contains.
   *
   * @return whether there was one
   * @throws LedgerException if there is one and it stays
   */
  public boolean remove(AttachmentKey key) throws LedgerException {
    Path file = file(key);
    try {
      return Files.deleteIfExists(file);
    } catch (IOException e) {
      throw new LedgerException(Reason.UNREMOVABLE, file, "cannot be removed: " + describe(e), e);
    }
  }

  /**
   * Reads one attachment.
   *
   * @return empty when the ledger has none under this key
   * @throws LedgerException if there is a file and it is not readable or not valid
   */
  public Optional<Attachment> read(AttachmentKey key) throws LedgerException {
    Path file = file(key);
    try {
      return Optional.of(readFile(file));
    } catch (NoSuchFileException absent) {
      return Optional.empty();
    } catch (LedgerException e) {
      throw e;
    } catch (IOException e) {
      throw new LedgerException(Reason.UNREADABLE, file, "cannot be read: " + describe(e), e);
    }
  }

  /**
   * Reads all attachments. A file that cannot be read or is not valid is skipped and reported; one
   * that disappears meanwhile was removed. No directory means no attachments.
   *
   * @throws LedgerException if the directory itself cannot be read
   */
  public LedgerSnapshot read() throws LedgerException {
    List<Attachment> attachments = new ArrayList<>();
    List<UnreadableFile> unreadable = new ArrayList<>();
    for (Path file : list()) {
      String name = name(file);
      if (name.startsWith(".")) {
        continue; // Temporary files, and whatever else asks to be overlooked.
      }
      try {
        attachments.add(readFile(file));
      } catch (NoSuchFileException removed) {
        // Listed, then gone: as if it had been gone before.
      } catch (LedgerException e) {
        unreadable.add(new UnreadableFile(name, e.reason(), String.valueOf(e.getMessage())));
      } catch (IOException e) {
        unreadable.add(new UnreadableFile(name, Reason.UNREADABLE, describe(e)));
      }
    }
    attachments.sort(Comparator.comparing(Attachment::key));
    unreadable.sort(Comparator.comparing(UnreadableFile::name));
    return new LedgerSnapshot(attachments, unreadable);
  }

  /**
   * Removes temporary files that killed writers left behind. Only for the owner of the directory,
   * when no write that began before {@code lastModifiedBefore} can still be running.
   *
   * @return how many were removed
   * @throws LedgerException if the directory cannot be read or a file stays
   */
  public int removeStaleTemporaries(Instant lastModifiedBefore) throws LedgerException {
    try {
      return AtomicFile.removeStale(directory, lastModifiedBefore);
    } catch (NoSuchFileException absent) {
      return 0;
    } catch (IOException e) {
      throw new LedgerException(Reason.UNREMOVABLE, directory, describe(e), e);
    }
  }

  private List<Path> list() throws LedgerException {
    List<Path> files = new ArrayList<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
      for (Path entry : entries) {
        files.add(entry);
      }
    } catch (NoSuchFileException absent) {
      return files;
    } catch (DirectoryIteratorException e) {
      throw unreadableDirectory(e);
    } catch (IOException e) {
      throw unreadableDirectory(e);
    }
    return files;
  }

  private LedgerException unreadableDirectory(Exception e) {
    return new LedgerException(Reason.UNREADABLE, directory, "cannot be listed: " + describe(e), e);
  }

  private static Attachment readFile(Path file) throws IOException {
    // A FIFO would block open(2) for ever, and a symbolic link is not what a writer leaves.
    if (!Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
        .isRegularFile()) {
      throw new LedgerException(Reason.NOT_A_FILE, file, "not a regular file", null);
    }
    byte[] content;
    try (InputStream in = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS)) {
      content = in.readNBytes(MAX_FILE_BYTES + 1);
    }
    Attachment attachment = AttachmentCodec.decode(content, file);
    String expected = fileName(attachment.key());
    if (!expected.equals(name(file))) {
      throw new LedgerException(
          Reason.WRONG_NAME, file, "its content belongs into " + expected, null);
    }
    return attachment;
  }

  static String fileName(AttachmentKey key) {
    String plain = key.containerId() + '-' + key.ifName() + SUFFIX;
    if (plain.length() <= NAME_MAX && isPlain(key.ifName())) {
      return plain;
    }
    String text = key.containerId() + '/' + key.ifName();
    return '_' + Sha256.hex(text.getBytes(StandardCharsets.UTF_8)) + SUFFIX;
  }

  private static boolean isPlain(String ifName) {
    for (int i = 0; i < ifName.length(); i++) {
      char c = ifName.charAt(i);
      if (!AttachmentKey.isAlphanumeric(c) && c != '_' && c != '.') {
        return false;
      }
    }
    return true;
  }

  private static String name(Path file) {
    return String.valueOf(file.getFileName());
  }

  /** The JDK's file exceptions often have the path alone as their message. */
  private static String describe(Exception e) {
    String message = e.getMessage();
    String type = e.getClass().getSimpleName();
    return message == null ? type : type + " " + message;
  }
}
