package dev.azwg.plugin.blackbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.azwg.cnitest.PluginCall;
import dev.azwg.cnitest.PluginOutcome;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is on stdin, apart from the previous result. */
class ConfigurationTest extends BlackBox {
  @Test
  void point16WhatIsNoJsonObjectCannotBeDecoded() throws Exception {
    for (String text : List.of("", " ", "{", "[]", "7", "\"x\"", "true", "{}{}", "\uFEFF{}")) {
      fail(6, call("ADD", text));
    }
    // Go decodes null into a configuration without any member: its name is what is missing.
    fail(7, call("ADD", "null"));
    assertNothingIsLeft();
  }

  @Test
  void point17ANameIsNeededExceptByDel() throws Exception {
    for (String name : List.of("", ",\"name\":\"\"", ",\"name\":\"a/b\"", ",\"name\":\"-a\"")) {
      String configuration = "{\"cniVersion\":\"0.4.0\"" + name + "}";
      PluginOutcome outcome = fail(7, call("ADD", configuration));
      assertTrue(outcome.error().toString().contains("name"), outcome.toString());
      succeedSilently(call("DEL", configuration));
    }
    fail(6, call("ADD", "{\"cniVersion\":\"0.4.0\",\"name\":7}"));
  }

  @Test
  void point18AVersionThatIsMissingUnknownOrNoVersion() throws Exception {
    String rest = "\"name\":\"azure\",\"prevResult\":{\"ip4\":{\"ip\":\"10.9.0.1/16\"}}}";
    assertEquals(
        "0.1.0", succeed(call("ADD", "{" + rest)).document().get("cniVersion").getAsString());
    for (String unknown : List.of("9.9.9", "1.2.0", "0.0.1", "2.0")) {
      PluginOutcome outcome = fail(1, call("ADD", "{\"cniVersion\":\"" + unknown + "\"," + rest));
      assertTrue(outcome.error().details().contains(unknown), outcome.toString());
    }
    for (String garbage : List.of("7", "\"new\"", "\"1.0.x\"", "[]", "{}")) {
      fail(6, call("ADD", "{\"cniVersion\":" + garbage + "," + rest));
    }
  }

  @Test
  void point19To21UnknownMembersAndOptionalOnesDoNotMatter() throws Exception {
    PluginCall add = plugin.add("c1", "10.9.0.1");
    String members =
        ",\"future\":{\"a\":[1,2.50,1e3]},\"type\":\"something-else\",\"ipMasq\":true,";
    for (String optional :
        List.of(
            "\"runtimeConfig\":null,\"args\":null,\"capabilities\":null",
            "\"runtimeConfig\":{\"portMappings\":[]},\"args\":{\"cni\":{\"x\":1}},"
                + "\"capabilities\":{\"portMappings\":true}")) {
      succeed(add.withStdin(plugin.inStateDir(add.stdin().toArray(), members + optional)));
      assertEquals(List.of("10.9.0.1/32"), addresses());
    }
  }

  @Test
  void point20TheExecutableMayHaveAnyName() throws Exception {
    Path link = Files.createSymbolicLink(directory.resolve("renamed"), plugin.file());
    succeed(new Executable(link, plugin.stateDir()).add("c1", "10.9.0.1"));
    assertEquals(List.of("c1"), containers());
  }

  @Test
  void aMemberOfOursThatCannotBeUsedIsNamed() throws Exception {
    for (String member :
        List.of(
            "table:\"51820\"",
            "table:0",
            "table:254",
            "table:1.5",
            "table:4294967296",
            "publishTimeout:500",
            "publishTimeout:\"soon\"",
            "publishTimeout:\"2m\"",
            "mode:\"Strict\"",
            "mode:true",
            "podMtu:\"1340\"",
            "podMtu:1279",
            "podMtu:65536",
            "logFile:\"relative\"",
            "logFile:7",
            "logLevel:\"verbose\"")) {
      String name = member.substring(0, member.indexOf(':'));
      PluginCall add = plugin.add("c1", "10.9.0.1");
      String text = ",\"" + name + "\":" + member.substring(name.length() + 1);
      PluginCall wrong = add.withStdin(plugin.inStateDir(add.stdin().toArray(), text));
      PluginOutcome outcome = fail(7, wrong);
      assertTrue(outcome.error().msg().contains(name), outcome.toString());
      succeedSilently(wrong.with("CNI_COMMAND", "DEL"));
    }
    assertNothingIsLeft();
    for (String stateDir : List.of("relative", "/" + "x".repeat(107), "/a\\u0000b")) {
      fail(
          7,
          plugin
              .call("ADD", "c1", "/run/netns/none")
              .withStdin(
                  "{\"cniVersion\":\"1.0.0\",\"name\":\"a\",\"prevResult\":{},\"stateDir\":\""
                      + stateDir
                      + "\"}"));
    }
  }

  @Test
  void theLogGoesToTheFileByItsLevelAndNeverToStdout() throws Exception {
    Path file = directory.resolve("azwg.log");
    PluginCall add = plugin.add("c1", "10.9.0.1");
    String members = ",\"logFile\":\"" + file + "\",\"logLevel\":\"info\"";
    PluginOutcome outcome =
        succeed(add.withStdin(plugin.inStateDir(add.stdin().toArray(), members)));
    assertTrue(outcome.document().has("ips"));
    String line = Files.readString(file);
    assertTrue(line.contains("INFO azwg ADD c1") && line.contains("10.9.0.1/32"), line);
    Files.delete(file);
    String quiet = ",\"logFile\":\"" + file + "\",\"logLevel\":\"error\"";
    PluginOutcome silent = succeed(add.withStdin(plugin.inStateDir(add.stdin().toArray(), quiet)));
    assertEquals("", silent.stderr().text());
    assertFalse(Files.exists(file));
    // A log that cannot be written is no reason to fail.
    String lost = ",\"logFile\":\"" + directory + "/none/azwg.log\",\"logLevel\":\"debug\"";
    succeed(add.withStdin(plugin.inStateDir(add.stdin().toArray(), lost)));
  }
}
