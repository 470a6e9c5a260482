package dev.azwg.ipam.watcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.azwg.ipam.watcher.WatcherException.Reason;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NodeFactsTest {
  @TempDir Path stateDir;

  @Test
  void writesAndReads() throws Exception {
    assertEquals(Optional.empty(), NodeFacts.read(stateDir));
    new NodeFacts(1320, 7000).write(stateDir);
    new NodeFacts(1340, 7000).write(stateDir);
    assertEquals(
        "{\"version\":1,\"podMtu\":1340,\"table\":7000}\n",
        Files.readString(NodeFacts.file(stateDir)));
    assertEquals(Optional.of(new NodeFacts(1340, 7000)), NodeFacts.read(stateDir));
  }

  @Test
  void withoutATableItIsTheUsualOne() throws Exception {
    Files.writeString(NodeFacts.file(stateDir), "{\"version\":1,\"podMtu\":1340}");
    assertEquals(Optional.of(new NodeFacts(1340, 51820)), NodeFacts.read(stateDir));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "[]",
        "{",
        "{\"podMtu\":1340}",
        "{\"version\":2,\"podMtu\":1340}",
        "{\"version\":1}",
        "{\"version\":1,\"podMtu\":\"1340\"}",
        "{\"version\":1,\"podMtu\":575}",
        "{\"version\":1,\"podMtu\":65536}",
        "{\"version\":1,\"podMtu\":1340,\"table\":0}",
        "{\"version\":1,\"podMtu\":1340,\"table\":2147483648}",
        "{\"version\":1,\"podMtu\":1340,\"table\":\"7000\"}",
        "{\"version\":1,\"podMtu\":1340,\"podMtu\":1340}",
      })
  void refusesWhatIsNotValid(String content) throws Exception {
    Files.writeString(NodeFacts.file(stateDir), content);
    assertEquals(
        Reason.INVALID_FACTS,
        assertThrows(WatcherException.class, () -> NodeFacts.read(stateDir)).reason());
  }

  @Test
  void aFileThatCannotBeUsedIsSaidSo() throws Exception {
    Files.createDirectories(NodeFacts.file(stateDir).resolve("child"));
    assertEquals(
        Reason.FACTS_FILE,
        assertThrows(WatcherException.class, () -> NodeFacts.read(stateDir)).reason());
    assertEquals(
        Reason.FACTS_FILE,
        assertThrows(WatcherException.class, () -> new NodeFacts(1340, 7000).write(stateDir))
            .reason());
  }
}
