package dev.azwg.plugin;

import dev.azwg.plugin.spec.CniVersion;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** The plugin started by a person instead of a container runtime. */
final class CommandLine {
  private static final int SUCCESS = 0;
  private static final int USAGE = 2;

  private static final String HELP =
      """
      azwg is a CNI plugin: a container runtime starts it, with CNI_COMMAND in the environment and
      the network configuration on stdin. It goes last in the list of plugins, after Azure CNI, and
      has the pod's addresses carried through the node's WireGuard tunnel.

      Usage: azwg [--help | --version]

      Members of the configuration, all optional except "type":
        "type": "azwg"
        "stateDir"        where the state is kept              ("/run/azwg")
        "table"           the WireGuard routing table          (the watcher's, or 51820)
        "publishTimeout"  how long ADD waits for the watcher   ("500ms")
        "mode"            "permissive" or "strict"             ("permissive")
        "podMtu"          "auto", "off" or a number of bytes   ("auto")
        "logFile"         a file for log lines, besides stderr
        "logLevel"        "error", "warning", "info", "debug"  ("warning")
      """;

  private CommandLine() {}

  static int run(List<String> arguments, OutputStream stdout, OutputStream stderr) {
    String argument = arguments.getFirst();
    if (arguments.size() == 1) {
      switch (argument) {
        case "--help", "-h", "help" -> {
          return print(stdout, HELP, SUCCESS);
        }
        case "--version", "-v", "version" -> {
          return print(stdout, version() + '\n', SUCCESS);
        }
        default -> {
          // Refused below.
        }
      }
    }
    return print(stderr, "azwg: unknown argument \"" + argument + "\"; try --help\n", USAGE);
  }

  /** What a plugin says that was started without a command. */
  static int about(OutputStream stderr) {
    return print(stderr, version() + "\nCNI_COMMAND is not set; try --help\n", SUCCESS);
  }

  private static String version() {
    StringBuilder text = new StringBuilder("azwg CNI plugin ").append(Version.TEXT);
    text.append("\nCNI protocol versions supported: ");
    String separator = "";
    for (CniVersion version : CniVersion.values()) {
      text.append(separator).append(version);
      separator = ", ";
    }
    return text.toString();
  }

  private static int print(OutputStream out, String text, int exitCode) {
    try {
      out.write(text.getBytes(StandardCharsets.UTF_8));
      out.flush();
    } catch (IOException nobodyListens) {
      // As with any program whose output is closed.
    }
    return exitCode;
  }
}
