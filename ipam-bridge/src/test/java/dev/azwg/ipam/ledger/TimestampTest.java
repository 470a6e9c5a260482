package dev.azwg.ipam.ledger;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.time.Instant;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TimestampTest {
  @Test
  void agreesWithTheJdk() {
    long seed = 3339;
    Random random = new Random(seed);
    for (int i = 0; i < 10_000; i++) {
      Instant instant =
          Instant.ofEpochSecond(
              random.nextLong(-62167219200L, 253402300800L), random.nextInt(1_000_000_000));
      String text = Timestamp.format(instant);
      assertEquals(30, text.length(), "seed " + seed);
      assertEquals(instant, Timestamp.parse(text), "seed " + seed);
      assertEquals(instant, Instant.parse(text), "seed " + seed);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "2026-08-20T10:11:12Z",
        "2026-08-20T10:11:12.123Z",
        "2026-08-20t10:11:12.123456789Z",
        "2026-08-20T10:11:12.123456789z",
        "2026-08-20T10:11:12.12345678 Z",
        "2026-02-30T10:11:12.123456789Z",
        "2026-13-20T10:11:12.123456789Z",
        "2026-08-20T24:11:12.123456789Z",
        "2026-08-20T10:11:60.123456789Z",
        "+026-08-20T10:11:12.123456789Z",
      })
  void takesTheOneFormOnly(String text) {
    assertNull(Timestamp.parse(text));
  }
}
