package dev.azwg.plugin;

import dev.azwg.netlink.libc.Libc;
import dev.azwg.plugin.node.LinuxKernel;
import dev.azwg.plugin.spec.Environment;
import java.io.InputStream;
import java.io.OutputStream;

/** The entry point of the CNI plugin, for the native executable and for a JVM alike. */
public final class PluginMain {
  private PluginMain() {}

  /**
   * Runs the plugin once, as the process that the container runtime has started.
   *
   * <p>stdout gets at most one JSON document, in one write: the result of ADD or VERSION, or the
   * error document. stderr gets log lines, and texts for people who start the plugin by hand.
   *
   * @param libc the C library
   * @param environment arguments and variables, usually {@link Environment#ofProcess}
   * @param stdin the network configuration; read to its end, not closed
   * @param stdout for the document; not closed
   * @param stderr for everything else; not closed
   * @return the exit code: 0 on success
   */
  public static int run(
      Libc libc,
      Environment environment,
      InputStream stdin,
      OutputStream stdout,
      OutputStream stderr) {
    try (LinuxKernel kernel = new LinuxKernel(libc)) {
      return new Plugin(libc, kernel, environment, stdin, stdout, stderr).run();
    }
  }
}
