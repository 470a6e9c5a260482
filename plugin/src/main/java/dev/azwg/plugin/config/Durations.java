package dev.azwg.plugin.config;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.Optional;

/** Durations as Go's time.ParseDuration takes them, which CNI configurations customarily hold. */
final class Durations {
  private static final int MAX_LENGTH = 32;

  private Durations() {}

  /** A sum such as {@code 500ms}, {@code 1.5s} or {@code 1m30s}; empty if it is anything else. */
  static Optional<Duration> parse(String text) {
    if (text.equals("0")) {
      return Optional.of(Duration.ZERO);
    }
    if (text.isEmpty() || text.length() > MAX_LENGTH) {
      return Optional.empty();
    }
    Duration sum = Duration.ZERO;
    int at = 0;
    while (at < text.length()) {
      int unitAt = skip(text, at, true);
      int end = skip(text, unitAt, false);
      Optional<Duration> term = term(text.substring(at, unitAt), text.substring(unitAt, end));
      if (term.isEmpty()) {
        return Optional.empty();
      }
      sum = sum.plus(term.get());
      at = end;
    }
    return Optional.of(sum);
  }

  private static int skip(String text, int from, boolean numeric) {
    int at = from;
    while (at < text.length() && isNumeric(text.charAt(at)) == numeric) {
      at++;
    }
    return at;
  }

  private static boolean isNumeric(char c) {
    return (c >= '0' && c <= '9') || c == '.';
  }

  private static Optional<Duration> term(String number, String unit) {
    long nanos =
        switch (unit) {
          case "ns" -> 1L;
          case "us", "µs", "μs" -> 1_000L;
          case "ms" -> 1_000_000L;
          case "s" -> 1_000_000_000L;
          case "m" -> 60_000_000_000L;
          case "h" -> 3_600_000_000_000L;
          default -> 0L;
        };
    if (nanos == 0 || number.isEmpty() || number.equals(".")) {
      return Optional.empty();
    }
    try {
      BigDecimal total = new BigDecimal(number).multiply(BigDecimal.valueOf(nanos));
      return Optional.of(Duration.ofNanos(total.toBigInteger().longValueExact()));
    } catch (ArithmeticException | NumberFormatException e) {
      return Optional.empty();
    }
  }
}
