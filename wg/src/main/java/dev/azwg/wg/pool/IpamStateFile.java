package dev.azwg.wg.pool;

import dev.azwg.ipam.pool.AddressPool;
import dev.azwg.ipam.pool.AzureIpamState;
import dev.azwg.ipam.pool.PoolException;
import dev.azwg.ipam.pool.PoolException.Reason;
import dev.azwg.wg.datastore.DirectoryWatch;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The state file of azure-vnet-ipam as a source, followed with its folder. That plugin writes it
 * anew, by rename, with each address that a pod gets or gives back; the pool changes less often.
 */
public final class IpamStateFile implements PoolSource {
  /** What tells a file from the one that was there before. */
  private record Version(@Nullable Object fileKey, FileTime modified, long size) {}

  private final Path file;
  private Optional<Version> seen = Optional.empty();
  private @Nullable DirectoryWatch watch;

  /** Nothing is touched before it is used; the file need not exist. */
  public IpamStateFile(Path file) {
    this.file = file.toAbsolutePath().normalize();
  }

  @Override
  public String name() {
    return file.toString();
  }

  @Override
  public AddressPool read(List<InetAddress> nodeAddresses) throws PoolException {
    return AzureIpamState.parse(content(), name(), nodeAddresses);
  }

  private byte[] content() throws PoolException {
    try {
      // Opening a FIFO would wait for a writer for ever.
      if (!Files.readAttributes(file, BasicFileAttributes.class).isRegularFile()) {
        throw new PoolException(Reason.UNAVAILABLE, name(), "is not a regular file", null);
      }
      try (InputStream in = Files.newInputStream(file)) {
        return in.readNBytes(AzureIpamState.MAX_BYTES + 1);
      }
    } catch (PoolException e) {
      throw e;
    } catch (IOException e) {
      throw new PoolException(
          Reason.UNAVAILABLE, name(), "cannot be read: " + e.getClass().getSimpleName(), e);
    }
  }

  @Override
  public synchronized void watch(Runnable changed) throws PoolException {
    close();
    seen = version();
    Path folder = file.getParent();
    try {
      watch =
          DirectoryWatch.start(
              folder == null ? file : folder,
              () -> {
                if (isNew()) {
                  changed.run();
                }
              });
    } catch (IOException e) {
      throw new PoolException(Reason.NOT_WATCHED, name(), String.valueOf(e.getMessage()), e);
    }
  }

  /** The folder is /run, where there is always something going on. */
  private synchronized boolean isNew() {
    Optional<Version> before = seen;
    seen = version();
    return !seen.equals(before);
  }

  private Optional<Version> version() {
    try {
      BasicFileAttributes found = Files.readAttributes(file, BasicFileAttributes.class);
      return Optional.of(new Version(found.fileKey(), found.lastModifiedTime(), found.size()));
    } catch (IOException absent) {
      return Optional.empty();
    }
  }

  @Override
  public synchronized void close() {
    DirectoryWatch open = watch;
    if (open != null) {
      open.close();
      watch = null;
    }
  }
}
