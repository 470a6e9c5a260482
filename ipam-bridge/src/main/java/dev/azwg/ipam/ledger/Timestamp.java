package dev.azwg.ipam.ledger;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import org.jspecify.annotations.Nullable;

/**
 * RFC 3339 in the one form that the ledger has: UTC, nine fractional digits, {@code
 * 2026-08-20T10:11:12.123456789Z}. By hand: java.time.format brings locales into the executable.
 */
final class Timestamp {
  private static final String TEMPLATE = "0000-00-00T00:00:00.000000000Z";

  private Timestamp() {}

  static String format(Instant instant) {
    LocalDateTime time =
        LocalDateTime.ofEpochSecond(instant.getEpochSecond(), instant.getNano(), ZoneOffset.UTC);
    if (time.getYear() < 0 || time.getYear() > 9999) {
      throw new IllegalArgumentException("RFC 3339 has years 0000 to 9999 only");
    }
    StringBuilder out = new StringBuilder(TEMPLATE);
    put(out, 0, 4, time.getYear());
    put(out, 5, 2, time.getMonthValue());
    put(out, 8, 2, time.getDayOfMonth());
    put(out, 11, 2, time.getHour());
    put(out, 14, 2, time.getMinute());
    put(out, 17, 2, time.getSecond());
    put(out, 20, 9, time.getNano());
    return out.toString();
  }

  /** The instant, or null if the text is anything but the one form. */
  static @Nullable Instant parse(String text) {
    if (text.length() != TEMPLATE.length()) {
      return null;
    }
    for (int i = 0; i < TEMPLATE.length(); i++) {
      char expected = TEMPLATE.charAt(i);
      char c = text.charAt(i);
      if (expected == '0' ? c < '0' || c > '9' : c != expected) {
        return null;
      }
    }
    try {
      return LocalDateTime.of(
              number(text, 0, 4),
              number(text, 5, 2),
              number(text, 8, 2),
              number(text, 11, 2),
              number(text, 14, 2),
              number(text, 17, 2),
              number(text, 20, 9))
          .toInstant(ZoneOffset.UTC);
    } catch (DateTimeException e) {
      return null;
    }
  }

  private static void put(StringBuilder out, int from, int digits, int value) {
    int rest = value;
    for (int i = from + digits - 1; i >= from; i--) {
      out.setCharAt(i, (char) ('0' + rest % 10));
      rest /= 10;
    }
  }

  private static int number(String text, int from, int digits) {
    int value = 0;
    for (int i = from; i < from + digits; i++) {
      value = 10 * value + (text.charAt(i) - '0');
    }
    return value;
  }
}
