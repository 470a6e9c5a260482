package dev.azwg.plugin.blackbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.azwg.cnitest.PluginCall;
import dev.azwg.cnitest.PluginOutcome;
import dev.azwg.ipam.watcher.NodeFacts;
import dev.azwg.plugin.Documents;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** What is around a call: the caller's own rules for results, threads, files and directories. */
class SurroundingsTest extends BlackBox {
  private static final Pattern SYSTEM_CALL = Pattern.compile("^(\\d+) +(\\w+)\\((.*)");

  /**
   * The rules of containerd's go-cni for a result: interfaces have different names, an index is
   * below their number, and the pod's interface has an address (one without an index counts).
   */
  @Test
  void point81ContainerdFindsThePodsAddressInEachResult() throws Exception {
    int results = 0;
    for (Documents.Case document : Documents.all()) {
      if (!document.command().equals("ADD") || document.addresses().isEmpty()) {
        continue;
      }
      JsonObject result =
          succeed(
                  plugin
                      .call("ADD", "c1", "/run/netns/none")
                      .with("CNI_IFNAME", document.ifName())
                      .withStdin(plugin.inStateDir(document.bytes(), "")))
              .document();
      if (result.has("ips")) {
        assertTrue(hasPodAddress(result, document.ifName()), document + ": " + result);
        results++;
      }
    }
    assertTrue(results >= 20, results + " results");
  }

  private static boolean hasPodAddress(JsonObject result, String ifName) {
    JsonArray interfaces =
        result.get("interfaces") instanceof JsonArray array ? array : new JsonArray();
    Set<String> names = new HashSet<>();
    for (JsonElement each : interfaces) {
      assertTrue(names.add(each.getAsJsonObject().get("name").getAsString()), "twice: " + result);
    }
    boolean found = false;
    for (JsonElement each : result.getAsJsonArray("ips")) {
      JsonElement index = each.getAsJsonObject().get("interface");
      if (index != null && !index.isJsonNull()) {
        assertTrue(index.getAsInt() < interfaces.size(), result.toString());
        JsonObject owner = interfaces.get(index.getAsInt()).getAsJsonObject();
        found |= owner.get("name").getAsString().equals(ifName);
      } else {
        found = true;
      }
    }
    return found;
  }

  /** setns(2) moves one thread: it is not the main one, and makes no other call of ours after. */
  @Test
  void point82OnlyAThreadOfItsOwnEntersThePodsNamespace() throws Exception {
    Path strace = Path.of("/usr/bin/strace");
    Assumptions.assumeTrue(Files.isExecutable(strace), "no " + strace);
    TransparentPod pod = TransparentPod.create(namespaces, "10.9.0.1", "fd12::1");
    Files.createDirectories(plugin.stateDir());
    new NodeFacts(1340, 51820).write(plugin.stateDir());
    Path trace = directory.resolve("trace");
    PluginCall add =
        plugin
            .add("c1", "10.9.0.1")
            .with("CNI_NETNS", pod.pod().path().toString())
            .launchedBy(List.of(strace.toString(), "-f", "-o", trace.toString()))
            .launchedBy(pod.node().launcher());
    PluginOutcome outcome = add.run();
    assertTrue(outcome.succeeded(), outcome.toString());
    assertEquals(1340, pod.podMtu());
    assertEquals(List.of("throw 10.9.0.1 142"), TransparentPod.tableOf(pod.node()));
    assertEquals(List.of(), TransparentPod.tableOf(pod.pod()));
    String main = "";
    Set<String> entered = new HashSet<>();
    for (String line : Files.readAllLines(trace)) {
      Matcher call = SYSTEM_CALL.matcher(line);
      if (!call.find()) {
        continue;
      }
      // ip(8), which starts the plugin, enters the node's namespace itself.
      if (call.group(2).equals("execve")) {
        main = call.group(1);
        entered.clear();
      } else if (call.group(2).equals("setns")) {
        entered.add(call.group(1));
      }
    }
    assertFalse(entered.isEmpty(), "no setns in the trace");
    assertFalse(entered.contains(main), "the main thread entered the pod's namespace");
  }

  @Test
  void point83NothingButTheProtocolsVariablesIsNeeded() throws Exception {
    Path file =
        Files.write(directory.resolve("stdin"), plugin.add("c", "10.9.0.1").stdin().toArray());
    PluginCall add = plugin.add("c1", "10.9.0.1").in(Path.of("/"));
    assertFalse(add.environment().containsKey("PATH") || add.environment().containsKey("HOME"));
    succeed(add);
    PluginOutcome fromFile =
        runByShell(
            "umask 0077; unset PATH; exec \"$0\" < \"$1\"",
            plugin.add("c2", "10.9.0.1"),
            file.toString());
    assertTrue(fromFile.succeeded(), fromFile.toString());
    assertEquals(List.of("c1", "c2"), containers());
  }
}
