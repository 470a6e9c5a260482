package dev.azwg.conflist.keeper;

import dev.azwg.conflist.file.AtomicFile;
import dev.azwg.conflist.file.AtomicFile.Durability;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;

/**
 * An executable where the runtime looks for plugins, and where it comes from.
 *
 * <p>It is replaced by rename, never written in place: writing to a program that runs fails with
 * ETXTBSY, and who starts it meanwhile would get half of it.
 *
 * @param target such as {@code /opt/cni/bin/azwg}
 * @param source a copy to install from, if there is one
 */
public record PluginExecutable(Path target, Optional<Path> source) {
  private static final Set<PosixFilePermission> MODE = PosixFilePermissions.fromString("rwxr-xr-x");
  private static final Duration STALE_AFTER = Duration.ofMinutes(10);

  /**
   * Puts the source in the target's place, unless the target is the same already.
   *
   * @return whether it was written
   * @throws IOException with what to do about it, above all where the directory is read-only; the
   *     target is then as it was
   */
  public boolean install(Instant now) throws IOException {
    if (source.isEmpty()) {
      throw new NoSuchFileException("there is nothing to install " + target + " from");
    }
    byte[] content = Files.readAllBytes(source.get());
    if (isSame(content)) {
      return false;
    }
    Path directory = target.toAbsolutePath().resolveSibling(".").normalize();
    try {
      Files.createDirectories(directory);
      AtomicFile.removeStale(directory, now.minus(STALE_AFTER));
      AtomicFile.write(target, content, MODE, Durability.CONTENT_AND_NAME);
    } catch (AccessDeniedException e) {
      throw readOnly(directory, e);
    } catch (FileSystemException e) {
      if (String.valueOf(e.getReason()).contains("Read-only file system")) {
        throw readOnly(directory, e);
      }
      throw e;
    }
    return true;
  }

  /** Whether the runtime can start it. */
  boolean isThere() {
    return Files.isExecutable(target);
  }

  private boolean isSame(byte[] content) throws IOException {
    return Files.isRegularFile(target)
        && Files.isExecutable(target)
        && Files.size(target) == content.length
        && Arrays.equals(Files.readAllBytes(target), content);
  }

  private static IOException readOnly(Path directory, IOException cause) {
    return new IOException(
        directory
            + " cannot be written to: on images with a read-only root, tell the container runtime"
            + " and azwg of another directory for plugins",
        cause);
  }
}
