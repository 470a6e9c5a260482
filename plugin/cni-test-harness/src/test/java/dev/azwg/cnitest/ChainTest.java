package dev.azwg.cnitest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChainTest {
  private static final ContainerAttachment POD = ContainerAttachment.of("c1", "/netns", "eth0");

  @TempDir Path directory = Path.of("");
  private Path journal = Path.of("");

  @BeforeEach
  void plugins() throws IOException {
    journal = directory.resolve("journal");
    FakePlugins.recorder(directory, "first", journal);
    FakePlugins.recorder(directory, "second", journal);
  }

  @Test
  void addRunsInOrderAndHandsTheResultOn() throws Exception {
    assertEquals("second", chain("0.3.0").add(POD).get("by").getAsString());
    assertEquals(
        List.of(
            "first ADD {\"cniVersion\":\"0.3.0\",\"name\":\"net\",\"type\":\"first\"}",
            "second ADD {\"cniVersion\":\"0.3.0\",\"name\":\"net\",\"prevResult\":"
                + "{\"cniVersion\":\"0.3.0\",\"by\":\"first\"},\"type\":\"second\"}"),
        Files.readAllLines(journal));
  }

  @Test
  void delRunsInReverseWithoutAResultBelow040() throws Exception {
    Chain chain = chain("0.3.1");
    chain.add(POD);
    Files.delete(journal);
    chain.del(POD);
    assertEquals(
        List.of(
            "second DEL {\"cniVersion\":\"0.3.1\",\"name\":\"net\",\"type\":\"second\"}",
            "first DEL {\"cniVersion\":\"0.3.1\",\"name\":\"net\",\"type\":\"first\"}"),
        Files.readAllLines(journal));
    assertTrue(chain.cachedResult(POD).isEmpty());
  }

  @Test
  void delCarriesTheResultFrom040On() throws Exception {
    Chain chain = chain("0.4.0");
    chain.add(POD);
    Files.delete(journal);
    chain.del(POD);
    assertTrue(
        Files.readAllLines(journal).stream().allMatch(line -> line.contains("\"prevResult\"")));
  }

  @Test
  void aFailureStopsTheChainAndKeepsTheCachedResult() throws Exception {
    Chain chain = chain("1.0.0");
    chain.add(POD);
    FakePlugins.script(directory, "second", "echo '{\"code\":5,\"msg\":\"disk\"}'; exit 1\n");
    Files.delete(journal);
    ChainException stopped = assertThrows(ChainException.class, () -> chain.del(POD));
    assertTrue(stopped.toString().contains("type=\"second\" failed (DEL)"), stopped.getMessage());
    assertTrue(Files.notExists(journal), "the plugin before the failing one must not run");
    assertTrue(chain.cachedResult(POD).isPresent());
  }

  @Test
  void checkNeeds040AndACachedResult() {
    assertThrows(ChainException.class, () -> chain("0.3.1").check(POD));
    assertThrows(ChainException.class, () -> chain("1.0.0").check(POD));
  }

  @Test
  void gcAndStatusDoNothingBelow110() throws Exception {
    chain("1.0.0").gc(List.of(POD));
    chain("1.0.0").status();
    assertTrue(Files.notExists(journal));
    chain("1.1.0").gc(List.of(POD));
    assertTrue(
        Files.readString(journal).contains("\"cni.dev/valid-attachments\":[{\"containerID\""));
  }

  @Test
  void aDeclaredCapabilityBecomesRuntimeConfig() throws Exception {
    NetworkList list =
        NetworkList.parse(
            """
            {"cniVersion":"1.0.0","name":"net","plugins":[
              {"type":"first","capabilities":{"dns":true,"bandwidth":true,"off":false}}]}
            """);
    ContainerAttachment pod =
        new ContainerAttachment(
            "c1",
            "/netns",
            "eth0",
            "",
            JsonParser.parseString("{\"dns\":{\"a\":1},\"off\":2,\"other\":3}").getAsJsonObject());
    Chain.of(list, PluginDirectory.of(directory)).add(pod);
    assertTrue(Files.readString(journal).contains("\"runtimeConfig\":{\"dns\":{\"a\":1}}"));
  }

  @Test
  void aPluginThatIsNowhereIsNamed() {
    NetworkList list =
        NetworkList.parse(
            "{\"cniVersion\":\"1.0.0\",\"name\":\"n\",\"plugins\":[{\"type\":\"x\"}]}");
    Chain chain = Chain.of(list, PluginDirectory.of(directory));
    ChainException stopped = assertThrows(ChainException.class, () -> chain.add(POD));
    assertTrue(stopped.toString().contains("failed to find plugin \"x\""));
  }

  private Chain chain(String version) {
    NetworkList list =
        NetworkList.parse(
            """
            {"cniVersion":"%s","name":"net","plugins":[{"type":"first"},{"type":"second"}]}
            """
                .formatted(version));
    return Chain.of(list, PluginDirectory.of(directory));
  }
}
