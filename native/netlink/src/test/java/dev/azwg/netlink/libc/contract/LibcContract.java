package dev.azwg.netlink.libc.contract;

import dev.azwg.netlink.libc.Libc;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * The contract of {@link Libc}: every function, calls that fail included, against the real kernel.
 *
 * <p>Needs no privileges and no network. Only {@code setns} needs CAP_SYS_ADMIN to succeed; without
 * it the check expects EPERM.
 */
public final class LibcContract {
  private final Libc libc;
  private final Path directory;

  /**
   * @param libc the implementation to check
   * @param directory an empty, writable directory for the checks' files
   */
  public LibcContract(Libc libc, Path directory) {
    this.libc = libc;
    this.directory = directory;
  }

  /** All checks; independent of each other, in any order. */
  public List<Check> checks() {
    return Stream.concat(
            new SocketChecks(libc).checks().stream(),
            new FileChecks(libc, directory).checks().stream())
        .toList();
  }
}
