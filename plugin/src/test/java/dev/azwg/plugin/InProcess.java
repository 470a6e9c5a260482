package dev.azwg.plugin;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.azwg.ipam.address.IpPrefix;
import dev.azwg.ipam.ledger.Attachment;
import dev.azwg.ipam.ledger.Ledger;
import dev.azwg.netlink.libc.JnaLibc;
import dev.azwg.plugin.spec.Environment;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Runs the plugin in this process, on a fake kernel and a state directory of the test's. */
final class InProcess {
  /** What one run did. */
  record Run(int exitCode, String stdout, String stderr) {
    JsonObject document() {
      return JsonParser.parseString(stdout).getAsJsonObject();
    }

    /** The error code; 0 for success. */
    int code() {
      return exitCode == 0 ? 0 : document().get("code").getAsInt();
    }
  }

  static final String OVERLAY =
      "{\"cniVersion\":\"1.1.0\",\"name\":\"azure\",\"type\":\"azwg\",\"prevResult\":"
          + "{\"cniVersion\":\"1.1.0\",\"interfaces\":[{\"name\":\"eth0\"}],"
          + "\"ips\":[{\"address\":\"ADDRESS/16\"}]}}";

  final FakeKernel kernel = new FakeKernel();
  final Path stateDir;
  private String extra = "";

  InProcess(Path stateDir) {
    this.stateDir = stateDir;
  }

  /** Members of the configuration for the runs to come, as {@code ,"name":value}. */
  void configure(String members) {
    extra = members;
  }

  Run add(String containerId, String address) {
    return run("ADD", containerId, OVERLAY.replace("ADDRESS", address));
  }

  Run del(String containerId) {
    return run("DEL", containerId, "{\"cniVersion\":\"1.1.0\",\"name\":\"azure\"}");
  }

  Run check(String containerId, String address) {
    return run("CHECK", containerId, OVERLAY.replace("ADDRESS", address));
  }

  Run run(String command, String containerId, String stdin) {
    return run(variables(command, containerId, "eth0"), stdin.getBytes(StandardCharsets.UTF_8));
  }

  Run run(Map<String, String> variables, byte[] stdin) {
    return run(variables, stdin, new ByteArrayOutputStream());
  }

  Run run(Map<String, String> variables, byte[] stdin, OutputStream stdout) {
    ByteArrayOutputStream stderr = new ByteArrayOutputStream();
    byte[] document =
        Documents.withMember(
            stdin, "\"stateDir\":\"" + stateDir + "\",\"publishTimeout\":\"50ms\"" + extra);
    int exitCode =
        new Plugin(
                new JnaLibc(),
                kernel,
                Environment.of(variables),
                new ByteArrayInputStream(document),
                stdout,
                stderr)
            .run();
    return new Run(exitCode, stdout.toString(), stderr.toString(StandardCharsets.UTF_8));
  }

  static Map<String, String> variables(String command, String containerId, String ifName) {
    Map<String, String> variables = new HashMap<>();
    variables.put("CNI_COMMAND", command);
    variables.put("CNI_CONTAINERID", containerId);
    variables.put("CNI_NETNS", "/run/netns/none");
    variables.put("CNI_IFNAME", ifName);
    return variables;
  }

  List<Attachment> recorded() throws IOException {
    return new Ledger(stateDir).read().attachments();
  }

  /** Every recorded address, and every route: the invariant is that they are the same. */
  List<String> routes() {
    return kernel.routes.stream().map(IpPrefix::toString).toList();
  }
}
