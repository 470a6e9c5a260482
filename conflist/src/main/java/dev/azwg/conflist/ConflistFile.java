package dev.azwg.conflist;

import dev.azwg.conflist.ConflistException.Reason;
import dev.azwg.conflist.file.AtomicFile;
import dev.azwg.conflist.file.AtomicFile.Durability;
import dev.azwg.conflist.json.StrictJson;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * A network configuration list in the runtime's directory, of which Azure's components and other
 * installers are writers too.
 *
 * <p>Each edit starts from what is there now, is not written when nothing changes, and replaces the
 * file whole with its permissions kept. Where the path is a symbolic link, the file behind it is
 * replaced and the link stays. Which file of the directory it is, and when to edit it, is for the
 * caller to say.
 */
public final class ConflistFile {
  private final Path path;

  /** A list; nothing is read before it is used. */
  public ConflistFile(Path path) {
    this.path = path;
  }

  /**
   * Puts our entry at the end of the list, as {@link ConflistEditor#install} does.
   *
   * @return whether the file was written
   * @throws ConflistException if not, and why; with CHANGED_MEANWHILE it is worth another try
   */
  public boolean install(AzwgPluginEntry entry) throws ConflistException {
    byte[] before = read();
    return replace(before, ConflistEditor.install(before, entry));
  }

  /**
   * Takes our entry out of the list, as {@link ConflistEditor#remove} does.
   *
   * @return whether the file was written
   * @throws ConflistException if not, and why; with CHANGED_MEANWHILE it is worth another try
   */
  public boolean remove() throws ConflistException {
    byte[] before = read();
    return replace(before, ConflistEditor.remove(before));
  }

  /**
   * The content, cut after one byte more than {@link StrictJson#MAX_BYTES}.
   *
   * @throws ConflistException (ABSENT or UNREADABLE)
   */
  public byte[] read() throws ConflistException {
    try (InputStream in = Files.newInputStream(path)) {
      return in.readNBytes(StrictJson.MAX_BYTES + 1);
    } catch (NoSuchFileException e) {
      throw new ConflistException(Reason.ABSENT, path + " does not exist", e);
    } catch (IOException e) {
      throw new ConflistException(Reason.UNREADABLE, path + " cannot be read: " + e, e);
    }
  }

  private boolean replace(byte[] before, byte[] after) throws ConflistException {
    if (Arrays.equals(before, after)) {
      return false;
    }
    try {
      Path target = path.toRealPath();
      AtomicFile.write(
          target,
          after,
          Files.getPosixFilePermissions(target),
          Durability.CONTENT_AND_NAME,
          () -> requireContent(before));
    } catch (ConflistException e) {
      throw e;
    } catch (IOException e) {
      throw new ConflistException(Reason.UNWRITABLE, path + " cannot be replaced: " + e, e);
    }
    requireContent(after);
    return true;
  }

  private void requireContent(byte[] expected) throws ConflistException {
    if (!Arrays.equals(read(), expected)) {
      throw new ConflistException(
          Reason.CHANGED_MEANWHILE, path + " was changed by somebody else", null);
    }
  }
}
