package dev.azwg.wg.host;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;

/** Kernel parameters of the network namespace the daemon runs in. */
public final class Sysctls {
  /** Makes reverse path filtering look at a packet's mark (ip-sysctl). */
  public static final String SOURCE_VALID_MARK = "net.ipv4.conf.all.src_valid_mark";

  private final Path root;

  /**
   * The parameters below a folder.
   *
   * @param root {@code /proc/sys}
   */
  public Sysctls(Path root) {
    this.root = Objects.requireNonNull(root);
  }

  /**
   * Lets reverse path filtering look at the packet's mark (ip-sysctl, src_valid_mark), as encrypted
   * and plain packets of one peer come in on different interfaces.
   *
   * @return whether it had to be changed
   */
  public boolean ensureSourceValidMark() throws HostException {
    String name = SOURCE_VALID_MARK.replace('.', '/');
    if (read(name) == 1) {
      return false;
    }
    write(name, 1);
    return true;
  }

  private int read(String name) throws HostException {
    try {
      return Integer.parseInt(Files.readString(root.resolve(name)).strip());
    } catch (IOException | NumberFormatException e) {
      throw failure(name, "cannot be read", e);
    }
  }

  private void write(String name, int value) throws HostException {
    try {
      Files.writeString(root.resolve(name), value + "\n");
    } catch (IOException e) {
      throw failure(name, "cannot be set to " + value, e);
    }
  }

  private HostException failure(String name, String what, Exception cause) {
    return new HostException(
        HostException.Reason.SYSCTL,
        root.resolve(name).toString(),
        what + ": " + cause.getMessage(),
        cause);
  }
}
