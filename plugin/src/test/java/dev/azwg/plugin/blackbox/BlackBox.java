package dev.azwg.plugin.blackbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.azwg.cnitest.Bytes;
import dev.azwg.cnitest.NetworkNamespace;
import dev.azwg.cnitest.NetworkNamespaces;
import dev.azwg.cnitest.PluginCall;
import dev.azwg.cnitest.PluginOutcome;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * What the tests of the executable have in common: an empty node (a network namespace) and a state
 * directory, for each test anew.
 *
 * <p>A test's name begins with the points of the CNI contract that it shows: {@code point7}, {@code
 * point41And42}, {@code point1To4}. The table in {@code docs/cni-contract.md} is made of these
 * names.
 */
@Tag("cni")
abstract class BlackBox {
  @RegisterExtension final NetworkNamespaces namespaces = new NetworkNamespaces("azwg-p-");
  @TempDir Path directory = Path.of("");
  NetworkNamespace node = new NetworkNamespace("");
  Executable plugin = new Executable(Path.of(""), Path.of(""));

  @BeforeEach
  void start() throws Exception {
    plugin = Executable.find(directory.resolve("azwg"));
    node = namespaces.create("node");
  }

  PluginOutcome run(PluginCall call) throws Exception {
    return call.launchedBy(node.launcher()).run();
  }

  /** Runs a call on the node; it must succeed. */
  PluginOutcome succeed(PluginCall call) throws Exception {
    PluginOutcome outcome = run(call);
    assertTrue(outcome.succeeded(), outcome.toString());
    return outcome;
  }

  /** Runs a call on the node; it must succeed and say nothing. */
  void succeedSilently(PluginCall call) throws Exception {
    assertEquals(Bytes.NONE, succeed(call).stdout());
  }

  /** Runs a call on the node; it must fail with this code. */
  PluginOutcome fail(int code, PluginCall call) throws Exception {
    PluginOutcome outcome = run(call);
    assertEquals(code, outcome.error().code(), outcome.toString());
    return outcome;
  }

  /** Runs a call by a shell script on the node, which finds the executable in {@code $0}. */
  PluginOutcome runByShell(String script, PluginCall call, String... arguments) throws Exception {
    List<String> launcher = new ArrayList<>(node.launcher());
    launcher.addAll(List.of("sh", "-c", script));
    launcher.addAll(call.command());
    launcher.addAll(Arrays.asList(arguments));
    return new PluginCall(
            launcher, call.environment(), call.stdin(), call.deadline(), call.directory())
        .with("PATH", "/usr/sbin:/usr/bin:/sbin:/bin")
        .run();
  }

  /**
   * A command about container c1 with this configuration, to which the state directory is added.
   */
  PluginCall call(String command, String configuration) {
    return plugin
        .call(command, "c1", "/run/netns/none")
        .withStdin(plugin.inStateDir(configuration, ""));
  }

  /** Which containers are recorded, sorted. */
  List<String> containers() throws Exception {
    return plugin.recorded().stream().map(each -> each.key().containerId()).sorted().toList();
  }

  /** The addresses recorded of all containers, sorted. */
  List<String> addresses() throws Exception {
    return plugin.recorded().stream()
        .flatMap(attachment -> attachment.addresses().stream())
        .map(String::valueOf)
        .sorted()
        .toList();
  }

  List<String> table() throws Exception {
    return TransparentPod.tableOf(node);
  }

  void assertNothingIsLeft() throws Exception {
    assertEquals(List.of(), plugin.recorded());
    assertEquals(List.of(), table());
  }
}
