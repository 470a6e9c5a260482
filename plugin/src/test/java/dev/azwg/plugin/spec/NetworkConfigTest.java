package dev.azwg.plugin.spec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NetworkConfigTest {
  @ParameterizedTest(name = "points 16 to 18, 50, 56, 65: {0} with {2} is error {1}")
  @CsvSource(
      delimiter = '|',
      value = {
        "ADD | 6 | ''",
        "ADD | 6 | ' '",
        "ADD | 6 | []",
        "ADD | 6 | 7",
        "ADD | 6 | \"x\"",
        "ADD | 6 | {",
        "ADD | 6 | {}{}",
        "ADD | 6 | {\"name\":\"a\",}",
        "ADD | 6 | \ufeff{\"name\":\"a\"}",
        "ADD | 7 | null",
        "ADD | 7 | {}",
        "ADD | 7 | {\"name\":\"\"}",
        "ADD | 7 | {\"name\":\"a b\"}",
        "ADD | 7 | {\"name\":\"-a\"}",
        "ADD | 6 | {\"name\":[]}",
        "ADD | 6 | {\"name\":\"a\",\"cniVersion\":1}",
        "ADD | 6 | {\"name\":\"a\",\"cniVersion\":\"abc\"}",
        "ADD | 6 | {\"name\":\"a\",\"cniVersion\":\"1..0\"}",
        "ADD | 1 | {\"name\":\"a\",\"cniVersion\":\"9.9.9\"}",
        "ADD | 1 | {\"name\":\"a\",\"cniVersion\":\"1.0\"}",
        "CHECK | 1 | {\"name\":\"a\",\"cniVersion\":\"0.3.1\"}",
        "CHECK | 1 | {\"name\":\"a\"}",
        "GC | 1 | {\"name\":\"a\",\"cniVersion\":\"1.0.0\"}",
        "STATUS | 1 | {\"name\":\"a\",\"cniVersion\":\"1.0.0\"}",
        "DEL | 6 | []",
        "DEL | 6 | ''"
      })
  void refused(CniCommand command, int code, String stdin) {
    CniException e = assertThrows(CniException.class, () -> parse(stdin, command));
    assertEquals(code, e.code().number(), e.toString());
  }

  @ParameterizedTest(name = "point 18: cniVersion {0} counts as {1}")
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"name\":\"a\"} | 0.1.0",
        "{\"name\":\"a\",\"cniVersion\":null} | 0.1.0",
        "{\"name\":\"a\",\"cniVersion\":\"\"} | 0.1.0",
        "{\"name\":\"a\",\"cniVersion\":\"0.2.0\"} | 0.2.0",
        "{\"name\":\"a\",\"cniVersion\":\"1.1.0\"} | 1.1.0",
        "{\"name\":\"a\",\"cniVersion\":\"9.9.9\",\"cniVersion\":\"1.0.0\"} | 1.0.0"
      })
  void versions(String stdin, String version) throws CniException {
    assertEquals(version, parse(stdin, CniCommand.ADD).version().toString());
  }

  @ParameterizedTest(name = "points 17 and 44: DEL makes do with {0}")
  @ValueSource(
      strings = {
        "{}",
        "null",
        "{\"name\":7,\"cniVersion\":7}",
        "{\"name\":\"/\",\"cniVersion\":\"9.9.9\",\"prevResult\":\"x\"}"
      })
  void delIsLenient(String stdin) throws CniException {
    assertEquals("", parse(stdin, CniCommand.DEL).name());
  }

  private static NetworkConfig parse(String stdin, CniCommand command) throws CniException {
    return NetworkConfig.parse(stdin.getBytes(StandardCharsets.UTF_8), command);
  }
}
