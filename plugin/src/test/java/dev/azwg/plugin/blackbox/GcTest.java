package dev.azwg.plugin.blackbox;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.azwg.cnitest.PluginCall;
import dev.azwg.cnitest.PluginOutcome;
import dev.azwg.cnitest.Storm;
import dev.azwg.cnitest.StormReport;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** GC: what it removes, and above all what it does not. */
class GcTest extends BlackBox {
  private static final String VALID = "cni.dev/valid-attachments";

  private void addThree() throws Exception {
    succeed(plugin.add("c1", "10.9.0.1"));
    succeed(plugin.add("c2", "10.9.0.2"));
    PluginCall other = plugin.add("other", "10.9.0.3");
    succeed(
        other.withStdin(other.stdin().text().replace("\"name\":\"azure\"", "\"name\":\"second\"")));
    assertEquals(List.of("c1", "c2", "other"), containers());
  }

  @Test
  void point56GcCameWith110() throws Exception {
    for (String version : List.of("0.3.0", "0.4.0", "1.0.0")) {
      fail(1, call("GC", "{\"cniVersion\":\"" + version + "\",\"name\":\"azure\"}"));
    }
  }

  @Test
  void point57And62WhatIsNotListedGoesAndOtherNetworksStay() throws Exception {
    for (String key : List.of(VALID, "cni.dev/attachments")) {
      addThree();
      succeedSilently(gc(key, list("c2")));
      assertEquals(List.of("c2", "other"), containers());
      assertEquals(List.of("throw 10.9.0.2 142", "throw 10.9.0.3 142"), table());
    }
  }

  @Test
  void point58WithoutAListNothingGoes() throws Exception {
    addThree();
    succeedSilently(call("GC", "{\"cniVersion\":\"1.1.0\",\"name\":\"azure\"}"));
    succeedSilently(gc(VALID, "null"));
    assertEquals(List.of("c1", "c2", "other"), containers());
  }

  @Test
  void point59And62AnEmptyListEmptiesThisNetwork() throws Exception {
    addThree();
    succeedSilently(gc(VALID, "[]"));
    assertEquals(List.of("other"), containers());
    assertEquals(List.of("throw 10.9.0.3 142"), table());
  }

  @Test
  void point60AListThatCannotBeUsedRemovesNothing() throws Exception {
    addThree();
    for (String wrong : List.of("{}", "\"c1\"", "7", "[7]", "[null]")) {
      fail(6, gc(VALID, wrong));
    }
    for (String wrong :
        List.of(
            "[{\"containerID\":\"c2\"}]",
            "[{\"ifname\":\"eth0\"}]",
            "[{\"containerID\":\"c2\",\"ifname\":\"\"}]",
            "[{\"containerID\":\"../c2\",\"ifname\":\"eth0\"}]",
            "[{\"containerID\":7,\"ifname\":\"eth0\"}]")) {
      fail(7, gc(VALID, wrong));
    }
    assertEquals(List.of("c1", "c2", "other"), containers());
  }

  @Test
  void point61AFailingRemovalDoesNotKeepTheOthers() throws Exception {
    for (int i = 0; i < 5; i++) {
      succeed(plugin.add("c" + i, "10.9.0." + i));
    }
    // A file that something is mounted on cannot be unlinked (EBUSY).
    String busy = plugin.stateDir().resolve("attachments/c2-eth0.json").toString();
    PluginOutcome outcome =
        runByShell(
            "exec unshare -m sh -c 'mount --bind \"$1\" \"$1\" && exec \"$0\"' \"$0\" \"$1\"",
            gc(VALID, "[]"),
            busy);
    assertEquals(5, outcome.error().code(), outcome.toString());
    assertEquals(List.of("c2"), containers());
    succeedSilently(gc(VALID, "[]"));
    assertNothingIsLeft();
  }

  @Test
  void point63ThousandsOfEntriesWork() throws Exception {
    addThree();
    String many = list(IntStream.range(0, 10_000).mapToObj(i -> "x" + i).toArray(String[]::new));
    succeedSilently(gc(VALID, many.replace("\"x7\"", "\"c1\"")));
    assertEquals(List.of("c1", "other"), containers());
  }

  @Test
  void point64GcBesideAddsKeepsWhatIsListed() throws Exception {
    String[] all = IntStream.range(0, 40).mapToObj(i -> "c" + i).toArray(String[]::new);
    List<Callable<PluginOutcome>> calls = new ArrayList<>();
    for (int i = 0; i < all.length; i++) {
      PluginCall add = plugin.add(all[i], "10.9.0." + i).launchedBy(node.launcher());
      calls.add(add::run);
      calls.add(gc(VALID, list(all)).launchedBy(node.launcher())::run);
    }
    StormReport report = new Storm(16).run(calls);
    assertEquals(List.of(), report.failures());
    assertEquals(all.length, plugin.recorded().size());
    assertEquals(all.length, table().size());
  }

  private PluginCall gc(String key, String list) {
    PluginCall call =
        call("GC", "{\"cniVersion\":\"1.1.0\",\"name\":\"azure\",\"" + key + "\":" + list + "}");
    return call.without("CNI_CONTAINERID").without("CNI_NETNS").without("CNI_IFNAME");
  }

  private static String list(String... containers) {
    return IntStream.range(0, containers.length)
        .mapToObj(i -> "{\"containerID\":\"" + containers[i] + "\",\"ifname\":\"eth0\"}")
        .collect(Collectors.joining(",", "[", "]"));
  }
}
