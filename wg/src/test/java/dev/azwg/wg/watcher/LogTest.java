package dev.azwg.wg.watcher;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;

class LogTest {
  private final ByteArrayOutputStream written = new ByteArrayOutputStream();

  private Log log(Log.Level threshold) {
    return new Log(
        new PrintStream(written, true, StandardCharsets.UTF_8),
        InstantSource.fixed(Instant.parse("2026-01-02T03:04:05Z")),
        threshold);
  }

  @Test
  void aLineIsLogfmt() {
    log(Log.Level.INFO).info("routes changed", "changed", 3, "where", "azwg0");
    assertEquals(
        "time=2026-01-02T03:04:05Z level=INFO msg=\"routes changed\" changed=3 where=azwg0\n",
        written.toString(StandardCharsets.UTF_8));
  }

  @Test
  void noValueCanForgeALine() {
    log(Log.Level.INFO).warn("x", "v", "a\"b\\c\nlevel=ERROR\u001b[0m", "empty", "");
    assertEquals(
        "time=2026-01-02T03:04:05Z level=WARN msg=x"
            + " v=\"a\\\"b\\\\c\\nlevel=ERROR?[0m\" empty=\"\"\n",
        written.toString(StandardCharsets.UTF_8));
  }

  @Test
  void whatIsLessImportantIsNotLogged() {
    log(Log.Level.WARN).info("quiet");
    log(Log.Level.WARN).debug("quiet");
    assertEquals(0, written.size());
  }
}
