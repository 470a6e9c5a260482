package dev.azwg.wg.key;

import dev.azwg.wg.key.KeyFileException.Reason;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/**
 * The file that keeps a node's private key across restarts: the output of {@code wg genkey}, mode
 * 0600.
 *
 * <p>A node that loses its key is cut off from every peer that still has the old one, so the file
 * is created once and never replaced: the new key is written in full to a temporary file, which is
 * then linked to its name. Unlike rename(2), link(2) fails if the name exists, so that of two
 * creators at the same time both end up with the key of the first. A temporary file that a killed
 * creator left is removed by the next.
 */
public final class KeyFile {
  private static final int LINE_LENGTH = KeyEncoding.BASE64_LENGTH + 1;
  private static final int CREATE_ATTEMPTS = 8;
  private static final Set<PosixFilePermission> OWNER_ONLY =
      EnumSet.of(
          PosixFilePermission.OWNER_READ,
          PosixFilePermission.OWNER_WRITE,
          PosixFilePermission.OWNER_EXECUTE);

  private final Path file;
  private final Path directory;
  private final RandomSource random;

  /** The key file at {@code file}, whose directory must exist when a key is created. */
  public KeyFile(Path file, RandomSource random) {
    this.file = file.toAbsolutePath();
    this.directory =
        Optional.ofNullable(this.file.getParent())
            .orElseThrow(() -> new IllegalArgumentException("not a file: " + file));
    this.random = random;
  }

  /** The key of the file, or a new one that is in the file when this returns. */
  public PrivateKey loadOrCreate() throws KeyFileException {
    for (int attempt = 0; attempt < CREATE_ATTEMPTS; attempt++) {
      Optional<PrivateKey> existing = load();
      if (existing.isPresent()) {
        return existing.get();
      }
      try {
        if (attempt == 0) {
          // Only once: creators at the same time would sweep each other's files for ever.
          removeLeftovers();
        }
        create();
      } catch (FileAlreadyExistsException | NoSuchFileException e) {
        // Somebody else was first, or swept our temporary file away: look again.
        if (!Files.isDirectory(directory)) {
          throw failed(e);
        }
      } catch (KeyFileException e) {
        throw e;
      } catch (IOException e) {
        throw failed(e);
      }
    }
    throw new KeyFileException(file, Reason.IO, "others keep removing it", null);
  }

  /** The key of the file, empty if there is no file. Any other trouble is an error. */
  public Optional<PrivateKey> load() throws KeyFileException {
    try {
      PosixFileAttributes attributes =
          Files.readAttributes(file, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
      check(attributes);
      return Optional.of(read());
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (KeyFileException e) {
      throw e;
    } catch (IOException e) {
      throw failed(e);
    }
  }

  private void check(PosixFileAttributes attributes) throws IOException {
    if (!attributes.isRegularFile()) {
      throw new KeyFileException(
          file,
          Reason.NOT_A_REGULAR_FILE,
          attributes.isSymbolicLink() ? "is a symbolic link" : "is not a regular file",
          null);
    }
    if (!OWNER_ONLY.containsAll(attributes.permissions())) {
      throw new KeyFileException(
          file,
          Reason.ACCESSIBLE_BY_OTHERS,
          "has mode "
              + PosixFilePermissions.toString(attributes.permissions())
              + ": the key may be known to others; remove the file to get a new key, or chmod 600"
              + " it",
          null);
    }
    PosixFileAttributes parent = Files.readAttributes(directory, PosixFileAttributes.class);
    if (!attributes.owner().equals(parent.owner())) {
      throw new KeyFileException(
          file,
          Reason.FOREIGN_OWNER,
          "belongs to " + attributes.owner() + ", its directory to " + parent.owner(),
          null);
    }
    if (attributes.size() != LINE_LENGTH && attributes.size() != KeyEncoding.BASE64_LENGTH) {
      throw new KeyFileException(
          file, Reason.SIZE, "has " + attributes.size() + " bytes, a key has " + LINE_LENGTH, null);
    }
  }

  private PrivateKey read() throws IOException {
    byte[] content = new byte[LINE_LENGTH + 1];
    byte[] text = new byte[0];
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS)) {
      ByteBuffer buffer = ByteBuffer.wrap(content);
      int read;
      do {
        read = channel.read(buffer);
      } while (read > 0);
      int length = buffer.position();
      if (length == LINE_LENGTH && content[length - 1] == '\n') {
        length--;
      }
      text = Arrays.copyOf(content, length);
      return PrivateKey.parse(text);
    } catch (KeyFormatException e) {
      throw new KeyFileException(file, Reason.FORMAT, "its content " + e.reason(), e);
    } finally {
      Arrays.fill(content, (byte) 0);
      Arrays.fill(text, (byte) 0);
    }
  }

  private void create() throws IOException {
    Path temporary = temporaryName();
    try {
      writeNewKey(temporary);
      Files.createLink(file, temporary);
    } finally {
      Files.deleteIfExists(temporary);
    }
    try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  private void writeNewKey(Path temporary) throws IOException {
    FileAttribute<Set<PosixFilePermission>> mode =
        PosixFilePermissions.asFileAttribute(
            EnumSet.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE));
    byte[] line = new byte[LINE_LENGTH];
    try (PrivateKey key = PrivateKey.generate(random);
        FileChannel channel =
            FileChannel.open(
                temporary,
                EnumSet.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                mode)) {
      byte[] text = key.toBase64();
      System.arraycopy(text, 0, line, 0, text.length);
      Arrays.fill(text, (byte) 0);
      line[line.length - 1] = '\n';
      ByteBuffer buffer = ByteBuffer.wrap(line);
      while (buffer.hasRemaining()) {
        channel.write(buffer);
      }
      channel.force(true);
    } finally {
      Arrays.fill(line, (byte) 0);
    }
  }

  private String temporaryPrefix() {
    return "." + file.getFileName() + ".new-";
  }

  private Path temporaryName() throws IOException {
    byte[] bytes = new byte[8];
    random.fill(bytes);
    return directory.resolve(
        temporaryPrefix() + Long.toHexString(ByteBuffer.wrap(bytes).getLong()));
  }

  private void removeLeftovers() throws IOException {
    try (DirectoryStream<Path> leftovers =
        Files.newDirectoryStream(
            directory, path -> path.getFileName().toString().startsWith(temporaryPrefix()))) {
      for (Path leftover : leftovers) {
        Files.deleteIfExists(leftover);
      }
    }
  }

  private KeyFileException failed(IOException cause) {
    return new KeyFileException(file, Reason.IO, cause.toString(), cause);
  }
}
