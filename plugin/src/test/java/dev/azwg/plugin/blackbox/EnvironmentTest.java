package dev.azwg.plugin.blackbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.azwg.cnitest.Bytes;
import dev.azwg.cnitest.PluginCall;
import dev.azwg.cnitest.PluginOutcome;
import dev.azwg.ipam.ledger.Attachment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The process and its environment: what a caller may set, leave out and get wrong. */
class EnvironmentTest extends BlackBox {
  private static final String CONFIGURATION = "{\"cniVersion\":\"1.1.0\",\"name\":\"azure\"}";

  @Test
  void point1AnUnknownCommandIsNamed() throws Exception {
    for (String command : List.of("add", "Add", "ADDX", "REMOVE", " ADD", "ADD\n")) {
      PluginOutcome outcome = fail(4, call(command, CONFIGURATION));
      assertTrue(outcome.error().msg().contains("CNI_COMMAND"), outcome.toString());
    }
  }

  @Test
  void point2AddNamesAllThatIsMissing() throws Exception {
    PluginOutcome outcome = fail(4, PluginCall.of(plugin.file()).with("CNI_COMMAND", "ADD"));
    for (String variable : List.of("CNI_CONTAINERID", "CNI_NETNS", "CNI_IFNAME")) {
      assertTrue(outcome.error().msg().contains(variable), outcome.toString());
    }
    String one = fail(4, plugin.add("c1", "10.9.0.1").without("CNI_NETNS")).error().msg();
    assertTrue(one.contains("CNI_NETNS") && !one.contains("CNI_IFNAME"), one);
  }

  @Test
  void point3DelNeedsContainerAndInterfaceButNoNamespace() throws Exception {
    succeedSilently(plugin.del("c1"));
    succeedSilently(plugin.del("c1").without("CNI_NETNS"));
    fail(4, plugin.del("c1").without("CNI_CONTAINERID"));
    fail(4, plugin.del("c1").without("CNI_IFNAME"));
  }

  @Test
  void point4CheckNeedsAllGcStatusAndVersionNothing() throws Exception {
    for (String variable : List.of("CNI_CONTAINERID", "CNI_NETNS", "CNI_IFNAME")) {
      fail(4, call("CHECK", CONFIGURATION).without(variable));
    }
    PluginCall bare = PluginCall.of(plugin.file()).withStdin(plugin.inStateDir(CONFIGURATION, ""));
    succeedSilently(bare.with("CNI_COMMAND", "GC"));
    fail(50, bare.with("CNI_COMMAND", "STATUS"));
    succeed(bare.with("CNI_COMMAND", "VERSION"));
  }

  @Test
  void point5ArgumentsComeInAnyOrderAndMayBeAbsent() throws Exception {
    String args =
        "K8S_POD_UID=a=b;Unknown=1;K8S_POD_NAME=web-0;IgnoreUnknown=1;K8S_POD_NAMESPACE=d";
    succeed(plugin.add("c1", "10.9.0.1").with("CNI_ARGS", args));
    Attachment recorded = plugin.recorded().getFirst();
    assertEquals("web-0", recorded.pod().orElseThrow().name());
    assertEquals("a=b", recorded.pod().orElseThrow().uid());
    succeed(plugin.add("c2", "10.9.0.2").with("CNI_ARGS", ""));
    fail(4, plugin.add("c3", "10.9.0.3").with("CNI_ARGS", "no-pair"));
    succeedSilently(plugin.del("c1").with("CNI_ARGS", "no-pair"));
    assertEquals(List.of("c2"), containers());
  }

  @Test
  void point6AContainerIdIsCheckedAndMayBeLong() throws Exception {
    for (String id : List.of("-c1", ".c1", "c/1", "../c1", "c 1", "cé", "c\n1")) {
      fail(4, plugin.add(id, "10.9.0.1"));
      assertNothingIsLeft();
    }
    String longest = "c".repeat(300);
    succeed(plugin.add(longest, "10.9.0.1"));
    assertEquals(List.of(longest), containers());
    succeedSilently(plugin.del(longest));
    assertNothingIsLeft();
  }

  @Test
  void point7AnInterfaceNameIsChecked() throws Exception {
    for (String name : List.of(".", "..", "a/b", "a:b", "a b", "a\tb", "sixteen-letters-")) {
      fail(4, plugin.add("c1", "10.9.0.1").with("CNI_IFNAME", name));
    }
    assertNothingIsLeft();
    succeed(plugin.add("c1", "10.9.0.1").with("CNI_IFNAME", "fifteen-letters"));
  }

  @Test
  void point8WithoutACommandItSpeaksOnStderr() throws Exception {
    PluginOutcome outcome = succeed(PluginCall.of(plugin.file()));
    assertEquals(Bytes.NONE, outcome.stdout());
    assertTrue(outcome.stderr().text().contains("azwg"), outcome.toString());
  }

  @Test
  void point9OtherVariablesDoNotMatter() throws Exception {
    succeed(
        plugin
            .add("c1", "10.9.0.1")
            .with("TRACEPARENT", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
            .with("CNI_NETNS_OVERRIDE", "1")
            .with("CNI_FUTURE", "x".repeat(10_000))
            .with("LD_BIND_NOW", "1")
            .with("JAVA_TOOL_OPTIONS", "-Xmx1k"));
    assertEquals(List.of("c1"), containers());
  }

  @Test
  void point10TwoMegabytesOnStdinBreakNoPipeWhateverTheAnswer() throws Exception {
    byte[] huge =
        ("{\"cniVersion\":\"0.3.0\",\"name\":\"azure\",\"pad\":\"" + "x".repeat(2 << 20) + "\"}")
            .getBytes(StandardCharsets.US_ASCII);
    for (String command : List.of("ADD", "DEL", "NONSENSE", "VERSION")) {
      PluginOutcome outcome =
          run(plugin.call(command, "c1", "/run/netns/none").withStdin(plugin.inStateDir(huge, "")));
      assertTrue(outcome.stdinTaken(), command);
      assertFalse(outcome.timedOut(), command);
    }
  }

  @Test
  void point10VersionAnswersWithoutAnyStdin() throws Exception {
    PluginOutcome outcome =
        runByShell("exec \"$0\" <&-", PluginCall.of(plugin.file()).with("CNI_COMMAND", "VERSION"));
    assertTrue(outcome.document().has("supportedVersions"), outcome.toString());
  }

  @Test
  void point11And12WhateverIsWrongTheAnswerIsOneDocumentAndNoTrace() throws Exception {
    List<String> texts =
        List.of(
            "", "\0", "{", "[]", "7", "null", "{\"cniVersion\":{}}", "{\"name\":[]}", "\uFEFF{}");
    for (String command : List.of("ADD", "CHECK", "GC", "STATUS")) {
      for (String text : texts) {
        PluginOutcome outcome = run(call(command, text));
        assertTrue(outcome.error().code() > 0, outcome.toString());
        assertTrue(outcome.exitCode() > 0 && outcome.exitCode() < 128, outcome.toString());
        assertFalse(outcome.stderr().text().contains("Exception"), outcome.toString());
        assertFalse(outcome.stderr().text().contains("\tat "), outcome.toString());
      }
    }
  }

  @Test
  void point13AReadOnlyStateDirectoryFailsAddWith5AndDelNot() throws Exception {
    hostileStateDirectory("mount -t tmpfs -o ro none \"$1\" && exec \"$0\"");
  }

  @Test
  void point13AFullDiskFailsAddWith5AndDelNot() throws Exception {
    hostileStateDirectory(
        "mount -t tmpfs -o size=64k none \"$1\" && mkdir -p \"$1/attachments\" &&"
            + " { cat /dev/zero > \"$1/filler\" 2>/dev/null || true; } && exec \"$0\"");
  }

  private void hostileStateDirectory(String script) throws Exception {
    Files.createDirectories(plugin.stateDir());
    // A mount of its own, in the mount namespace of the one call.
    String mounted = "exec unshare -m sh -c '" + script + "' \"$0\" \"$1\"";
    String stateDir = plugin.stateDir().toString();
    PluginOutcome add = runByShell(mounted, plugin.add("c1", "10.9.0.1"), stateDir);
    assertEquals(5, add.error().code(), add.toString());
    assertNothingIsLeft();
    PluginOutcome del = runByShell(mounted, plugin.del("c1"), stateDir);
    assertTrue(del.succeeded(), del.toString());
    assertEquals(Bytes.NONE, del.stdout());
  }

  @Test
  void point13WithoutPrivilegesAddFailsAndDelDoesNot() throws Exception {
    Path open = Files.createTempDirectory("azwg-open");
    try {
      Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxr-xr-x"));
      Path copy = Files.copy(plugin.file(), open.resolve("azwg"));
      Executable unprivileged = new Executable(copy, Path.of("/run/azwg-none"));
      String script = "exec setpriv --reuid=65534 --regid=65534 --clear-groups \"$0\"";
      PluginOutcome add = runByShell(script, unprivileged.add("c1", "10.9.0.1"));
      assertEquals(5, add.error().code(), add.toString());
      assertTrue(runByShell(script, unprivileged.del("c1")).succeeded());
      assertEquals(List.of(), table());
    } finally {
      Files.deleteIfExists(open.resolve("azwg"));
      Files.delete(open);
    }
  }

  @Test
  void point14And15VersionListsAllWhateverIsOnStdin() throws Exception {
    for (String stdin : List.of("", "garbage", "{\"cniVersion\":\"1.0.0\"}")) {
      PluginOutcome outcome =
          succeed(PluginCall.of(plugin.file()).with("CNI_COMMAND", "VERSION").withStdin(stdin));
      assertEquals(
          "[\"0.1.0\",\"0.2.0\",\"0.3.0\",\"0.3.1\",\"0.4.0\",\"1.0.0\",\"1.1.0\"]",
          outcome.document().getAsJsonArray("supportedVersions").toString());
      assertTrue(outcome.document().has("cniVersion"), outcome.toString());
    }
  }

  @Test
  void helpAndVersionAreForPeople() throws Exception {
    assertTrue(
        succeed(PluginCall.of(plugin.file()).withArguments("--help"))
            .stdout()
            .text()
            .contains("publishTimeout"));
    assertTrue(
        succeed(PluginCall.of(plugin.file()).withArguments("--version"))
            .stdout()
            .text()
            .contains("0.3.0"));
    PluginOutcome unknown = run(PluginCall.of(plugin.file()).withArguments("--frob"));
    assertEquals(2, unknown.exitCode());
    assertEquals(Bytes.NONE, unknown.stdout());
  }
}
