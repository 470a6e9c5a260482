package dev.azwg.plugin.blackbox;

import dev.azwg.cnitest.Bytes;
import dev.azwg.cnitest.PluginCall;
import dev.azwg.ipam.ledger.Attachment;
import dev.azwg.ipam.ledger.Ledger;
import dev.azwg.plugin.Documents;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Assumptions;

/**
 * The plugin's executable and a state directory of the test's: that of the system property {@code
 * azwg.executable}, else {@code target/dist/azwg} of the project. A test is skipped, and says so,
 * where there is none.
 */
record Executable(Path file, Path stateDir) {
  private static final String OVERLAY =
      "{\"cniVersion\":\"0.3.0\",\"name\":\"azure\",\"type\":\"azwg\",\"prevResult\":"
          + "{\"cniVersion\":\"0.3.0\",\"interfaces\":[{\"name\":\"eth0\"}],"
          + "\"ips\":[{\"version\":\"4\",\"address\":\"ADDRESS/16\",\"gateway\":\"169.254.1.1\"}],"
          + "\"dns\":{}}}";

  static Executable find(Path stateDir) {
    String property = System.getProperty("azwg.executable", "");
    Path file = property.isEmpty() ? projectRoot().resolve("target/dist/azwg") : Path.of(property);
    Assumptions.assumeTrue(
        Files.isExecutable(file), "no executable " + file + ": build it, or set azwg.executable");
    return new Executable(file.toAbsolutePath(), stateDir);
  }

  private static Path projectRoot() {
    Path directory = Path.of("").toAbsolutePath();
    while (!Files.exists(directory.resolve(".mvn")) && directory.getParent() != null) {
      directory = directory.getParent();
    }
    return directory;
  }

  /** A call with the variables of an attachment; nothing else is in its environment. */
  PluginCall call(String command, String containerId, String netns) {
    return PluginCall.of(file)
        .with("CNI_COMMAND", command)
        .with("CNI_CONTAINERID", containerId)
        .with("CNI_NETNS", netns)
        .with("CNI_IFNAME", "eth0")
        .within(Duration.ofMinutes(2));
  }

  PluginCall add(String containerId, String address) {
    return call("ADD", containerId, "/run/netns/none")
        .withStdin(inStateDir(OVERLAY.replace("ADDRESS", address), ""));
  }

  PluginCall del(String containerId) {
    return call("DEL", containerId, "")
        .withStdin(inStateDir("{\"cniVersion\":\"0.3.0\",\"name\":\"azure\"}", ""));
  }

  /** A configuration with this state directory and more members of ours, each with a comma. */
  Bytes inStateDir(String configuration, String members) {
    return inStateDir(configuration.getBytes(StandardCharsets.UTF_8), members);
  }

  Bytes inStateDir(byte[] configuration, String members) {
    return Bytes.of(
        Documents.withMember(configuration, "\"stateDir\":\"" + stateDir + "\"" + members));
  }

  List<Attachment> recorded() throws IOException {
    return new Ledger(stateDir).read().attachments();
  }
}
