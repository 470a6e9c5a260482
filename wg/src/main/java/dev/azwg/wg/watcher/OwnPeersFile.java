package dev.azwg.wg.watcher;

import dev.azwg.conflist.file.AtomicFile;
import dev.azwg.wg.key.KeyFormatException;
import dev.azwg.wg.key.PublicKey;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Collection;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * The file that remembers which peers this node has put on the device: a line that names the form,
 * then a public key on each line, sorted. It lies where everything goes with a reboot, as the
 * device does.
 */
final class OwnPeersFile {
  private static final String FORM = "azwg own peers 1";

  /** Many times the nodes of the largest cluster. */
  private static final int MAX_KEYS = 50_000;

  private static final int MAX_BYTES = FORM.length() + 1 + MAX_KEYS * (PublicKey.BASE64_LENGTH + 1);

  private static final Set<PosixFilePermission> MODE =
      EnumSet.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);

  private final Path file;

  OwnPeersFile(Path file) {
    this.file = file;
  }

  /**
   * The keys in the file; empty if there is no file.
   *
   * @throws IOException if it cannot be read or is anything else than what {@link #write} writes
   */
  Optional<Set<PublicKey>> read() throws IOException {
    byte[] content;
    try (InputStream in =
        Files.newInputStream(file, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS)) {
      content = in.readNBytes(MAX_BYTES + 1);
    } catch (NoSuchFileException absent) {
      return Optional.empty();
    }
    if (content.length > MAX_BYTES) {
      throw new IOException(file + ": more than " + MAX_BYTES + " bytes");
    }
    String text = new String(content, StandardCharsets.ISO_8859_1);
    if (!text.endsWith("\n")) {
      throw new IOException(file + ": the last line has no end");
    }
    String[] lines = text.substring(0, text.length() - 1).split("\n", -1);
    if (!lines[0].equals(FORM)) {
      throw new IOException(file + ": line 1 is not '" + FORM + "'");
    }
    SortedSet<PublicKey> keys = new TreeSet<>();
    for (int i = 1; i < lines.length; i++) {
      try {
        if (!keys.add(PublicKey.parse(lines[i]))) {
          throw new IOException(file + ": line " + (i + 1) + ": the key is there twice");
        }
      } catch (KeyFormatException e) {
        throw new IOException(file + ": line " + (i + 1) + ": " + e.getMessage(), e);
      }
    }
    return Optional.of(keys);
  }

  /**
   * Replaces the file whole.
   *
   * @throws IOException if it could not be written; then it is as it was
   */
  void write(Collection<PublicKey> keys) throws IOException {
    StringBuilder text = new StringBuilder(FORM).append('\n');
    new TreeSet<>(keys).forEach(key -> text.append(key).append('\n'));
    byte[] content = text.toString().getBytes(StandardCharsets.US_ASCII);
    AtomicFile.write(file, content, MODE, AtomicFile.Durability.CONTENT);
  }
}
