package dev.azwg.conflist;

import dev.azwg.conflist.json.Dialect;
import dev.azwg.conflist.json.JsonException;
import dev.azwg.conflist.json.StrictJson;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Where the elements of {@code plugins} are in a list's text, so that an edit can leave every other
 * character alone. Only for a text that {@link NetworkConfigList#parse} has taken: nothing is
 * checked again here.
 *
 * @param text the list
 * @param open the index after {@code [}
 * @param elements in their order, at least one
 */
record PluginSpans(String text, int open, List<Span> elements) {
  /** From the first character of an element to the one after its last. */
  record Span(int start, int end) {}

  static PluginSpans of(String text) {
    int at = skipSpace(text, skipSpace(text, 0) + 1); // The first member's name.
    while (true) {
      int nameEnd = skipValue(text, at);
      boolean found = isPlugins(text.substring(at, nameEnd));
      at = skipSpace(text, skipSpace(text, nameEnd) + 1); // After the colon.
      if (found) {
        return new PluginSpans(text, at + 1, elements(text, at + 1));
      }
      at = skipSpace(text, skipSpace(text, skipValue(text, at)) + 1); // After the comma.
    }
  }

  private static List<Span> elements(String text, int open) {
    List<Span> elements = new ArrayList<>();
    int at = skipSpace(text, open);
    while (text.charAt(at) != ']') {
      int end = skipValue(text, at);
      elements.add(new Span(at, end));
      at = skipSpace(text, end);
      if (text.charAt(at) == ',') {
        at = skipSpace(text, at + 1);
      }
    }
    return elements;
  }

  /** Decodes the name, because it may be spelled with escapes. */
  private static boolean isPlugins(String literal) {
    try {
      return StrictJson.parse(literal.getBytes(StandardCharsets.UTF_8), Dialect.EXACT)
          .getAsString()
          .equals("plugins");
    } catch (JsonException e) {
      throw new IllegalArgumentException("not a list that was parsed", e);
    }
  }

  static int skipSpace(String text, int from) {
    int at = from;
    while (isSpace(text.charAt(at))) {
      at++;
    }
    return at;
  }

  static boolean isSpace(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
  }

  /** The index after the value that starts at {@code from}. */
  private static int skipValue(String text, int from) {
    int depth = 0;
    int at = from;
    do {
      char c = text.charAt(at);
      if (c == '"') {
        at = skipString(text, at);
      } else {
        if (c == '{' || c == '[') {
          depth++;
        } else if (c == '}' || c == ']') {
          depth--;
        }
        at++;
      }
    } while (depth > 0 || !isEnd(text, from, at));
    return at;
  }

  /** Whether a value that is complete as to its brackets ends here: a literal goes on. */
  private static boolean isEnd(String text, int from, int at) {
    char first = text.charAt(from);
    char next = text.charAt(at);
    return first == '"'
        || first == '{'
        || first == '['
        || isSpace(next)
        || ",]}".indexOf(next) >= 0;
  }

  private static int skipString(String text, int from) {
    int at = from + 1;
    while (text.charAt(at) != '"') {
      at += text.charAt(at) == '\\' ? 2 : 1;
    }
    return at + 1;
  }
}
