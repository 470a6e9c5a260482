package dev.azwg.conflist.json;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.google.gson.JsonElement;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Tag;

/**
 * Whatever the bytes are: a JSON value that is printed and read as the same, or a JsonException.
 */
@Tag("fuzz")
class StrictJsonFuzzTest {
  @FuzzTest(maxDuration = "10s")
  void whatIsReadIsPrintedAndReadAsTheSame(byte[] document) {
    for (Dialect dialect : Dialect.values()) {
      JsonElement value;
      try {
        value = StrictJson.parse(document, dialect);
      } catch (JsonException refused) {
        continue;
      }
      byte[] printed = JsonText.compact(value).getBytes(StandardCharsets.UTF_8);
      try {
        assertEquals(value, StrictJson.parse(printed, Dialect.GO));
      } catch (JsonException e) {
        throw new AssertionError("what was printed is not read", e);
      }
    }
  }
}
