package dev.azwg.image.builder;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ArgumentFileTest {
  @Test
  void splitsAtWhiteSpace() {
    assertEquals(List.of("-a", "b", "c"), ArgumentFile.parse("  -a b\n\tc\r\n"));
  }

  @Test
  void quotesGroup() {
    assertEquals(
        List.of("a b", "c'd", "", "xy z"), ArgumentFile.parse("\"a b\" \"c'd\" '' x\"y z\""));
  }

  @Test
  void commentsStandBetweenArguments() {
    assertEquals(List.of("a", "b#c"), ArgumentFile.parse("a # not this\nb#c"));
  }

  @Test
  void escapesCountInQuotesOnly() {
    assertEquals(
        List.of("a\"b\\\n\t\r\f", "c\\d"), ArgumentFile.parse("\"a\\\"b\\\\\\n\\t\\r\\f\" c\\d"));
  }

  @Test
  void backslashAtTheEndOfAQuotedLineJoinsLines() {
    assertEquals(List.of("ab"), ArgumentFile.parse("\"a\\\n   b\""));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "plain", "with space", "#", "quote\"", "back\\slash", "new\nline"})
  void quotedArgumentsReadBackUnchanged(String argument) {
    assertEquals(List.of(argument), ArgumentFile.parse(ArgumentFile.quote(argument)));
  }

  @Test
  void expandsFilesInPlace(@TempDir Path directory) throws IOException {
    Path file = Files.writeString(directory.resolve("args"), "b c");
    assertEquals(List.of("a", "b", "c", "d"), ArgumentFile.expand(List.of("a", "@" + file, "d")));
  }
}
