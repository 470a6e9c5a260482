package dev.azwg.conflist.json;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonElement;
import dev.azwg.conflist.json.JsonException.Reason;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StrictJsonTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "[]",
        "null",
        "\"\"",
        "0",
        "{\"z\":1,\"a\":{\"y\":[],\"b\":{}}}",
        "[1.0,1e3,-0,0.10,123456789012345678901234567890,1E-7,9223372036854775808]",
        "{\"\":\"\\\"\\\\ \\u0001 \\u2028\"}",
        "[\"\u00e9\u4e2d\ud83d\ude00\",true,false,null]",
      })
  void keepsWhatItReads(String document) throws JsonException {
    assertEquals(document, JsonText.compact(parse(document, Dialect.EXACT)));
    assertEquals(document, JsonText.compact(parse(document, Dialect.GO)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "''          | EMPTY",
        "'  '        | EMPTY",
        "'{'         | TRUNCATED",
        "'[1,'       | TRUNCATED",
        "'{\"a\":'   | TRUNCATED",
        "'{\"a\"'    | TRUNCATED",
        "'{\"a'      | SYNTAX",
        "'{} {}'     | SYNTAX",
        "'{}x'       | SYNTAX",
        "'[1,]'      | SYNTAX",
        "'{\"a\":1,}'| SYNTAX",
        "'{a:1}'     | SYNTAX",
        "'[NaN]'     | SYNTAX",
        "'[01]'      | SYNTAX",
        "'[+1]'      | SYNTAX",
        "'[1.]'      | SYNTAX",
        "'[True]'    | SYNTAX",
        "'[1;2]'     | SYNTAX",
        "'[\"\\ud800\"]' | SYNTAX",
        "'// x'      | SYNTAX",
        "'[\"\t\"]'  | SYNTAX",
      })
  void refusesWhatIsNotJson(String document, Reason reason) {
    for (Dialect dialect : Dialect.values()) {
      assertEquals(reason, refusal(document.getBytes(StandardCharsets.UTF_8), dialect).reason());
    }
  }

  @Test
  void aRepeatedMemberIsRefusedOrTheLastCounts() throws JsonException {
    String document = "{\"a\":1,\"b\":[{\"c\":1,\"c\":2}],\"a\":3}";
    assertEquals("{\"a\":3,\"b\":[{\"c\":2}]}", JsonText.compact(parse(document, Dialect.GO)));
    JsonException refused = refusal(document.getBytes(StandardCharsets.UTF_8), Dialect.EXACT);
    assertEquals(Reason.DUPLICATE_MEMBER, refused.reason());
    assertEquals("$.b[0].c", refused.location());
  }

  @Test
  void badUtf8IsRefusedOrReplaced() throws JsonException {
    byte[] document = {'"', (byte) 0xC3, '(', '"'};
    assertEquals(Reason.NOT_UTF8, refusal(document, Dialect.EXACT).reason());
    assertEquals("\"\uFFFD(\"", JsonText.compact(StrictJson.parse(document, Dialect.GO)));
    assertEquals("\"\uFFFD\"", JsonText.compact(parse("\"\uFFFD\"", Dialect.EXACT)));
  }

  @Test
  void aByteOrderMarkIsRefused() {
    byte[] document = "\uFEFF{}".getBytes(StandardCharsets.UTF_8);
    assertEquals(Reason.BYTE_ORDER_MARK, refusal(document, Dialect.GO).reason());
    assertEquals(Reason.BYTE_ORDER_MARK, refusal(document, Dialect.EXACT).reason());
  }

  @Test
  void sizeAndDepthAreBounded() throws JsonException {
    byte[] large = new byte[StrictJson.MAX_BYTES + 1];
    assertEquals(Reason.TOO_LARGE, refusal(large, Dialect.GO).reason());
    int depth = StrictJson.MAX_DEPTH;
    assertEquals(
        depth * 2,
        JsonText.compact(parse("[".repeat(depth) + "]".repeat(depth), Dialect.GO)).length());
    for (String opening : new String[] {"[", "{\"a\":"}) {
      byte[] deep = opening.repeat(200_000).getBytes(StandardCharsets.UTF_8);
      assertEquals(Reason.TOO_DEEP, refusal(deep, Dialect.GO).reason());
    }
  }

  /** Damage to a document either leaves JSON that comes back as it is, or is refused. */
  @Test
  void damageNeverEscapesAsAnotherException() {
    long seed = 20260820;
    Random random = new Random(seed);
    byte[] whole =
        "{\"a\":[1,-2.5e3,\"\\u00e9\\n\",{\"b\":null,\"c\":[true,false]}],\"d\":\"\u00e9\"}"
            .getBytes(StandardCharsets.UTF_8);
    int accepted = 0;
    for (int i = 0; i < 20_000; i++) {
      byte[] damaged = whole.clone();
      for (int edits = 1 + random.nextInt(3); edits > 0; edits--) {
        damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
      }
      try {
        String text = JsonText.compact(StrictJson.parse(damaged, Dialect.EXACT));
        assertEquals(text, JsonText.compact(parse(text, Dialect.EXACT)), "seed " + seed);
        accepted++;
      } catch (JsonException expected) {
        // Refused is fine; any other exception fails the test.
      }
    }
    assertTrue(accepted > 100 && accepted < 20_000, "accepted " + accepted);
  }

  private static JsonElement parse(String document, Dialect dialect) throws JsonException {
    return StrictJson.parse(document.getBytes(StandardCharsets.UTF_8), dialect);
  }

  private static JsonException refusal(byte[] document, Dialect dialect) {
    return assertThrows(JsonException.class, () -> StrictJson.parse(document, dialect));
  }

  @Test
  void tooManyValuesAreTooLarge() throws Exception {
    String most = "[" + "0,".repeat(StrictJson.MAX_VALUES - 2) + "0]";
    StrictJson.parse(most.getBytes(StandardCharsets.UTF_8), Dialect.GO);
    byte[] more = most.replace("]", ",0]").getBytes(StandardCharsets.UTF_8);
    JsonException e = assertThrows(JsonException.class, () -> StrictJson.parse(more, Dialect.GO));
    assertEquals(JsonException.Reason.TOO_LARGE, e.reason());
  }
}
