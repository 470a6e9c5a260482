package dev.azwg.conflist.keeper;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.azwg.conflist.AzwgPluginEntry;
import dev.azwg.conflist.ConflistEditor;
import dev.azwg.conflist.keeper.KeeperStatus.State;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConflistKeeperTest {
  private static final AzwgPluginEntry ENTRY = AzwgPluginEntry.builder().build();
  private static final String ISTIO = "{\"type\": \"istio-cni\"}";

  @TempDir Path temporary;
  private Path lists = Path.of("");
  private Path plugin = Path.of("");
  private Instant now = Instant.parse("2026-03-01T12:00:00Z");

  @BeforeEach
  void node() throws IOException {
    lists = Files.createDirectory(temporary.resolve("net.d"));
    plugin = Files.createDirectory(temporary.resolve("bin")).resolve("azwg");
    Files.writeString(plugin, "#!/bin/sh\n");
    Files.setPosixFilePermissions(plugin, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private ConflistKeeper keeper() {
    return keeper(Optional.empty());
  }

  private ConflistKeeper keeper(Optional<Path> source) {
    return new ConflistKeeper(
        new ConfigDirectory(lists), new PluginExecutable(plugin, source), ENTRY, () -> now);
  }

  private static byte[] azures(String name) throws IOException {
    try (InputStream in =
        Objects.requireNonNull(
            ConflistEditor.class.getResourceAsStream(name), "resource " + name)) {
      return in.readAllBytes();
    }
  }

  private static byte[] overlay() throws IOException {
    return azures("served/overlay.conflist");
  }

  /** As Azure's components do it. */
  private Path renameInto(String name, byte[] content) throws IOException {
    Path next = temporary.resolve("next");
    Files.write(next, content);
    return Files.move(next, lists.resolve(name), StandardCopyOption.ATOMIC_MOVE);
  }

  private static void assertKept(byte[] azures, Path list) throws IOException {
    assertArrayEquals(ConflistEditor.install(azures, ENTRY), Files.readAllBytes(list));
  }

  private static byte[] withIstioLast(byte[] list) {
    String text = new String(list, StandardCharsets.UTF_8);
    int end = text.lastIndexOf(']');
    return (text.substring(0, end) + "," + ISTIO + text.substring(end))
        .getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void anEntryIsPutInOnceAndTheFileIsLeftAloneAfterwards() throws IOException {
    Path list = renameInto("10-azure.conflist", overlay());
    ConflistKeeper keeper = keeper();
    KeeperStatus first = keeper.keep();
    assertEquals(State.KEPT, first.state(), first.detail());
    assertEquals(1, first.insertions());
    assertKept(overlay(), list);
    FileTime written = Files.getLastModifiedTime(list);
    Object inode = Files.getAttribute(list, "unix:ino");
    KeeperStatus second = keeper.keep();
    assertEquals(1, second.insertions());
    assertEquals(written, Files.getLastModifiedTime(list));
    assertEquals(inode, Files.getAttribute(list, "unix:ino"));
    assertEquals(second, keeper.status());
  }

  @Test
  void azuresRewriteIsFollowedAndNothingOldComesBack() throws IOException {
    renameInto("10-azure.conflist", overlay());
    ConflistKeeper keeper = keeper();
    keeper.keep();
    byte[] changed =
        new String(overlay(), StandardCharsets.UTF_8)
            .replace("\"azure\"", "\"renamed\"")
            .getBytes(StandardCharsets.UTF_8);
    Path list = renameInto("10-azure.conflist", changed);
    assertEquals(2, keeper.keep().insertions());
    assertKept(changed, list);
  }

  @Test
  void aDuplicateEntryAndOneThatIsNotLastBecomeOneAtTheEnd() throws IOException {
    byte[] ours = ConflistEditor.install(overlay(), ENTRY);
    Path list = renameInto("10-azure.conflist", withIstioLast(ours));
    assertEquals(State.KEPT, keeper().keep().state());
    String text = Files.readString(list);
    assertEquals(text.indexOf("\"azwg\""), text.lastIndexOf("\"azwg\""));
    assertTrue(text.indexOf("istio-cni") < text.indexOf("\"azwg\""));
  }

  @Test
  void membersThatSomebodySetByHandStay() throws IOException {
    AzwgPluginEntry older = AzwgPluginEntry.builder().logLevel("debug").podMtu("off").build();
    Path list = renameInto("10-azure.conflist", ConflistEditor.install(overlay(), older));
    KeeperStatus found = keeper().keep();
    assertEquals(0, found.insertions());
    assertTrue(Files.readString(list).contains("debug"));
  }

  @Test
  void twoInstallersThatInsistDoNotWriteForEver() throws IOException {
    renameInto("10-azure.conflist", overlay());
    ConflistKeeper keeper = keeper();
    KeeperStatus found = keeper.keep();
    int rounds = 0;
    while (found.state() == State.KEPT && rounds < 100) {
      Path list = lists.resolve("10-azure.conflist");
      renameInto("10-azure.conflist", withIstioLast(Files.readAllBytes(list)));
      now = now.plusMillis(50);
      found = keeper.keep();
      rounds++;
    }
    assertEquals(State.PAUSED, found.state());
    assertEquals(1, found.fights());
    assertTrue(rounds < 10, "gave way after " + rounds + " rounds");
    assertTrue(found.detail().contains("next try at"), found.detail());
    now = now.plus(FightGuard.WINDOW).plusSeconds(1);
    assertEquals(State.KEPT, keeper.keep().state());
  }

  @Test
  void theListThatTheRuntimeWouldTakeIsTheOne() throws IOException {
    Path fifteen = renameInto("15-azure-swift-overlay.conflist", overlay());
    renameInto("10-azure.conflist.bak", overlay());
    renameInto("10-azure.conflist-old", overlay());
    renameInto("05-azure.tmp", overlay());
    Files.createDirectory(lists.resolve("01-folder.conflist"));
    ConflistKeeper keeper = keeper();
    assertEquals(fifteen.toString(), keeper.keep().file());
    Path ten = renameInto("10-azure.conflist", overlay());
    assertEquals(ten.toString(), keeper.keep().file());
    assertKept(overlay(), ten);
    Files.delete(ten);
    assertEquals(fifteen.toString(), keeper.keep().file());
    assertArrayEquals(overlay(), Files.readAllBytes(lists.resolve("10-azure.conflist.bak")));
  }

  @Test
  void uninstallTakesTheEntryOutOfEveryList() throws IOException {
    Path ten = renameInto("10-azure.conflist", ConflistEditor.install(overlay(), ENTRY));
    Path fifteen = renameInto("15-azure.conflist", ConflistEditor.install(overlay(), ENTRY));
    Path broken = renameInto("20-broken.conflist", "{".getBytes(StandardCharsets.UTF_8));
    assertEquals(2, keeper().remove());
    assertArrayEquals(overlay(), Files.readAllBytes(ten));
    assertArrayEquals(overlay(), Files.readAllBytes(fifteen));
    assertEquals("{", Files.readString(broken));
    assertEquals(0, keeper().remove());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "{\"cniVersion\":\"0.3.0\",\"plu", "nonsense", "{\"a\":1,\"a\":2}"})
  void whatIsNotAWholeListIsWaitedFor(String content) throws IOException {
    Path list = renameInto("10-azure.conflist", content.getBytes(StandardCharsets.UTF_8));
    Path next = renameInto("15-azure.conflist", overlay());
    assertEquals(State.WAITING, keeper().keep().state());
    assertEquals(content, Files.readString(list));
    assertArrayEquals(overlay(), Files.readAllBytes(next), "the runtime does not use this one");
  }

  @Test
  void moreThanTwoMegabytesAreNotRead() throws IOException {
    byte[] large = (" ".repeat(3 << 20) + "{}").getBytes(StandardCharsets.UTF_8);
    Path list = renameInto("10-azure.conflist", large);
    assertEquals(State.WAITING, keeper().keep().state());
    assertArrayEquals(large, Files.readAllBytes(list));
  }

  @Test
  void noDirectoryAndNoListAreWaitedFor() throws IOException {
    Files.delete(lists);
    ConflistKeeper keeper = keeper();
    assertEquals(State.WAITING, keeper.keep().state());
    Files.createDirectory(lists);
    assertEquals(State.WAITING, keeper.keep().state());
    Path list = renameInto("10-azure.conflist", overlay());
    assertEquals(State.KEPT, keeper.keep().state());
    assertKept(overlay(), list);
  }

  @Test
  void aListThatBecomesUnservableLosesTheEntryAndGetsItBack() throws IOException {
    Path list = renameInto("10-azure.conflist", overlay());
    ConflistKeeper keeper = keeper();
    keeper.keep();
    String kept = Files.readString(list);
    String bridge = kept.replace("\"transparent\"", "\"bridge\"");
    renameInto("10-azure.conflist", bridge.getBytes(StandardCharsets.UTF_8));
    KeeperStatus refused = keeper.keep();
    assertEquals(State.REFUSED, refused.state());
    assertTrue(refused.detail().contains("bridge"), refused.detail());
    assertFalse(Files.readString(list).contains("azwg"));
    renameInto("10-azure.conflist", overlay());
    assertEquals(State.KEPT, keeper.keep().state());
  }

  @Test
  void withoutTheExecutableThereIsNoEntry() throws IOException {
    Files.delete(plugin);
    Path list = renameInto("10-azure.conflist", overlay());
    ConflistKeeper keeper = keeper();
    assertEquals(State.PLUGIN_MISSING, keeper.keep().state());
    assertArrayEquals(overlay(), Files.readAllBytes(list));
    Files.writeString(plugin, "");
    assertEquals(State.PLUGIN_MISSING, keeper.keep().state(), "not executable");
  }

  @Test
  void anExecutableThatVanishesIsPutBackOrReported() throws IOException {
    Path source = temporary.resolve("azwg");
    Files.writeString(source, "#!/bin/sh\n");
    renameInto("10-azure.conflist", overlay());
    ConflistKeeper keeper = keeper(Optional.of(source));
    assertEquals(State.KEPT, keeper.keep().state());
    Files.delete(plugin);
    assertEquals(State.KEPT, keeper.keep().state());
    assertTrue(Files.isExecutable(plugin));
    Files.delete(plugin);
    Files.delete(source);
    KeeperStatus found = keeper.keep();
    assertEquals(State.PLUGIN_MISSING, found.state());
    assertTrue(found.detail().contains("pods cannot start"), found.detail());
  }

  @Test
  void leftoversOfAKilledWriterAreRemovedOnceTheyAreOld() throws IOException {
    renameInto("10-azure.conflist", overlay());
    Path old = Files.writeString(lists.resolve(".azwg-1.tmp"), "half");
    Path fresh = Files.writeString(lists.resolve(".azwg-2.tmp"), "half");
    Files.setLastModifiedTime(old, FileTime.from(now.minusSeconds(3600)));
    Files.setLastModifiedTime(fresh, FileTime.from(now));
    assertEquals(State.KEPT, keeper().keep().state());
    assertFalse(Files.exists(old));
    assertTrue(Files.exists(fresh));
  }

  @Test
  void aDropInThatCallsUsTwiceIsReported() throws IOException {
    renameInto("10-azure.conflist", overlay());
    Path dropIns = Files.createDirectory(lists.resolve("azure"));
    Files.writeString(dropIns.resolve("50-azwg.conf"), "{\"type\":\"azwg\"}");
    KeeperStatus found = keeper().keep();
    assertEquals(State.KEPT, found.state());
    assertTrue(found.detail().contains("50-azwg.conf"), found.detail());
  }

  @Test
  void aSymbolicLinkAndTightPermissionsStay() throws IOException {
    Path real = Files.write(temporary.resolve("real"), overlay());
    Files.setPosixFilePermissions(real, PosixFilePermissions.fromString("rw-------"));
    Path link = Files.createSymbolicLink(lists.resolve("10-azure.conflist"), real);
    assertEquals(State.KEPT, keeper().keep().state());
    assertTrue(Files.isSymbolicLink(link));
    assertKept(overlay(), real);
    assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(real)));
  }
}
