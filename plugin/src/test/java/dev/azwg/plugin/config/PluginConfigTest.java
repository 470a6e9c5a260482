package dev.azwg.plugin.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.azwg.plugin.spec.CniException;
import dev.azwg.plugin.spec.ErrorCode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PluginConfigTest {
  private static final PluginConfig DEFAULTS =
      new PluginConfig(
          Path.of("/run/azwg"),
          OptionalInt.empty(),
          Duration.ofMillis(500),
          Mode.PERMISSIVE,
          new PodMtu.Auto(),
          Optional.empty(),
          LogLevel.WARNING);

  @ParameterizedTest(name = "points 19 and 21: {0} is all defaults")
  @ValueSource(
      strings = {
        "{}",
        "{\"type\":\"azwg\",\"future\":{\"a\":[1]}}",
        "{\"table\":null,\"stateDir\":null}",
        "{\"runtimeConfig\":null,\"args\":null,\"capabilities\":7}"
      })
  void defaults(String json) throws CniException {
    assertEquals(DEFAULTS, PluginConfig.parse(object(json)));
  }

  @Test
  void everyMemberIsRead() throws CniException {
    assertEquals(
        new PluginConfig(
            Path.of("/run/other"),
            OptionalInt.of(7000),
            Duration.ofMillis(1500),
            Mode.STRICT,
            new PodMtu.Fixed(1340),
            Optional.of(Path.of("/var/log/azwg.log")),
            LogLevel.DEBUG),
        PluginConfig.parse(
            object(
                "{\"stateDir\":\"/run/x/../other/\",\"table\":7000,\"publishTimeout\":\"1.5s\","
                    + "\"mode\":\"strict\",\"podMtu\":1340,\"logFile\":\"/var/log/azwg.log\","
                    + "\"logLevel\":\"debug\"}")));
  }

  @ParameterizedTest(name = "{0} = {1} is an error that names it")
  @CsvSource(
      delimiter = '|',
      value = {
        "stateDir | 7",
        "stateDir | \"\"",
        "stateDir | \"relative\"",
        "stateDir | \"/a\\u0000b\"",
        "table | \"51820\"",
        "table | 0",
        "table | -1",
        "table | 1.5",
        "table | 1e3",
        "table | 99999999999999999999",
        "table | 253",
        "table | 254",
        "table | 255",
        "table | 2147483648",
        "table | {}",
        "publishTimeout | 500",
        "publishTimeout | \"500\"",
        "publishTimeout | \"-1s\"",
        "publishTimeout | \"2m\"",
        "publishTimeout | \"1s2\"",
        "publishTimeout | \"\"",
        "publishTimeout | \"99999999999999999h\"",
        "mode | \"Strict\"",
        "mode | true",
        "podMtu | \"1340\"",
        "podMtu | 1279",
        "podMtu | 65536",
        "podMtu | []",
        "logFile | \"azwg.log\"",
        "logLevel | \"verbose\""
      })
  void unusable(String member, String value) {
    JsonObject document = object("{\"" + member + "\":" + value + "}");
    CniException e = assertThrows(CniException.class, () -> PluginConfig.parse(document));
    assertEquals(ErrorCode.INVALID_NETWORK_CONFIG, e.code());
    assertTrue(e.msg().contains(member), e.msg());
    assertEquals(DEFAULTS, PluginConfig.parseLeniently(document), "DEL takes the default");
  }

  @Test
  void aStateDirWhoseSocketWouldNotFitIntoSunPathIsRefused() throws CniException {
    String longest = "/" + "a".repeat(93);
    assertEquals(
        Path.of(longest),
        PluginConfig.parse(object("{\"stateDir\":\"" + longest + "\"}")).stateDir());
    JsonObject tooLong = object("{\"stateDir\":\"" + longest + "a\"}");
    assertThrows(CniException.class, () -> PluginConfig.parse(tooLong));
  }

  @ParameterizedTest(name = "publishTimeout {0} is {1} ms")
  @CsvSource({"0,0", "0s,0", "500ms,500", "1m,60000", "0.25s,250", "1s500ms,1500", ".5s,500"})
  void durations(String text, long millis) throws CniException {
    assertEquals(
        Duration.ofMillis(millis),
        PluginConfig.parse(object("{\"publishTimeout\":\"" + text + "\"}")).publishTimeout());
  }

  private static JsonObject object(String json) {
    return JsonParser.parseString(json).getAsJsonObject();
  }
}
