package dev.azwg.plugin.blackbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.azwg.cnitest.PluginCall;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** CHECK: what it finds and what it leaves alone. */
class CheckTest extends BlackBox {
  private static final String RESULT =
      "{\"cniVersion\":\"1.0.0\",\"interfaces\":[{\"name\":\"eth0\"}],"
          + "\"ips\":[{\"address\":\"10.9.0.1/16\"}]}";

  @Test
  void point50CheckCameWith040() throws Exception {
    for (String version : List.of("0.1.0", "0.2.0", "0.3.0", "0.3.1")) {
      fail(1, call("CHECK", "{\"cniVersion\":\"" + version + "\",\"name\":\"azure\"}"));
    }
  }

  @Test
  void point51CheckNeedsThePreviousResult() throws Exception {
    fail(7, call("CHECK", "{\"cniVersion\":\"1.0.0\",\"name\":\"azure\"}"));
  }

  @Test
  void point52And54WhatIsAsItWasIsFoundSoAndNothingChanges() throws Exception {
    succeed(with("ADD", RESULT));
    Map<String, String> before = state();
    succeedSilently(with("CHECK", RESULT));
    assertEquals(before, state());
  }

  @Test
  void point53And54EachDifferenceIsReportedAndNotRepaired() throws Exception {
    assertEquals(3, fail(3, with("CHECK", RESULT)).error().code());
    succeed(with("ADD", RESULT));
    fail(101, with("CHECK", RESULT.replace("10.9.0.1", "10.9.0.2")));
    node.run("ip", "route", "flush", "table", "51820");
    Map<String, String> before = state();
    String details = fail(101, with("CHECK", RESULT)).error().details();
    assertTrue(details.contains("10.9.0.1/32") && details.contains("51820"), details);
    assertEquals(before, state());
    assertEquals(List.of(), table());
  }

  @Test
  void point55WhatLaterPluginsAddedDoesNotMatter() throws Exception {
    succeed(with("ADD", RESULT));
    succeedSilently(
        with(
            "CHECK",
            "{\"cniVersion\":\"1.0.0\",\"interfaces\":[{\"name\":\"eth0\",\"mac\":\"0a:0b\"},"
                + "{\"name\":\"tap0\"}],\"ips\":[{\"interface\":0,\"address\":\"10.9.0.1/24\","
                + "\"gateway\":\"10.9.0.254\"}],\"routes\":[{\"dst\":\"10.0.0.0/8\"}],"
                + "\"dns\":{\"nameservers\":[\"10.0.0.10\"]}}"));
  }

  /** Every file of the state directory with its time of change and content, and the table. */
  private Map<String, String> state() throws Exception {
    Map<String, String> state = new TreeMap<>();
    try (var files = Files.walk(plugin.stateDir())) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        state.put(file.toString(), Files.getLastModifiedTime(file) + " " + Files.readString(file));
      }
    }
    state.put("table", table().toString());
    return state;
  }

  private PluginCall with(String command, String result) {
    return call(
        command,
        "{\"cniVersion\":\"1.0.0\",\"name\":\"azure\",\"podMtu\":\"off\",\"prevResult\":"
            + result
            + "}");
  }
}
