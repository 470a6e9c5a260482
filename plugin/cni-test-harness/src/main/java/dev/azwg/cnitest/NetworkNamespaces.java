package dev.azwg.cnitest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A JUnit 5 extension that lends network namespaces to a test, and removes them after it, whether
 * it passed or not. Register it on an instance field with {@code @RegisterExtension}.
 *
 * <p>A test is skipped, with the reason, where namespaces cannot be made: not root, or no {@code
 * ip}.
 */
public final class NetworkNamespaces implements BeforeEachCallback, AfterEachCallback {
  private static final Path IP = Path.of("/usr/sbin/ip");
  private static final Path IP_MERGED = Path.of("/sbin/ip");

  private final String prefix;
  private final List<NetworkNamespace> lent = new ArrayList<>();

  /**
   * Namespaces whose names begin with a prefix and go on with random digits.
   *
   * @param prefix names whose namespaces they are, such as {@code azwg-}
   */
  public NetworkNamespaces(String prefix) {
    this.prefix = prefix;
  }

  /**
   * Makes a namespace with its loopback interface up.
   *
   * @param role what it stands for in the test: part of its name
   */
  public NetworkNamespace create(String role) throws IOException, InterruptedException {
    byte[] random = new byte[4];
    new SecureRandom().nextBytes(random);
    NetworkNamespace namespace =
        new NetworkNamespace(prefix + role + '-' + HexFormat.of().formatHex(random));
    Shell.run("ip", "netns", "add", namespace.name());
    lent.add(namespace);
    namespace.run("ip", "link", "set", "lo", "up");
    return namespace;
  }

  /** Skips the test where namespaces cannot be made. */
  @Override
  public void beforeEach(ExtensionContext context) throws IOException {
    Assumptions.assumeTrue(
        Files.isExecutable(IP) || Files.isExecutable(IP_MERGED), "needs ip(8) of iproute2");
    Assumptions.assumeTrue(
        Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0),
        "needs root for network namespaces");
  }

  /** Removes what the test was lent. */
  @Override
  public void afterEach(ExtensionContext context) throws IOException, InterruptedException {
    removeAll();
  }

  /** Removes every namespace that {@link #create} has made. */
  public void removeAll() throws IOException, InterruptedException {
    try {
      for (NetworkNamespace namespace : lent.reversed()) {
        if (Files.exists(namespace.path())) {
          Shell.run("ip", "netns", "delete", namespace.name());
        }
      }
    } finally {
      lent.clear();
    }
  }
}
