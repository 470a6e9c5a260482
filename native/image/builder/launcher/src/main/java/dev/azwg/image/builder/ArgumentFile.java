package dev.azwg.image.builder;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Argument files in the grammar of the JDK's {@code java @argfile}: white space separates
 * arguments, quotes group (with backslash escapes inside), and {@code #} between arguments starts a
 * comment.
 */
final class ArgumentFile {
  private final String text;
  private final List<String> arguments = new ArrayList<>();
  private final StringBuilder current = new StringBuilder();
  private boolean inArgument;
  private int position;

  private ArgumentFile(String text) {
    this.text = text;
  }

  /** Replaces each {@code @file} by the arguments in that file. Files do not nest. */
  static List<String> expand(List<String> arguments) throws IOException {
    List<String> expanded = new ArrayList<>();
    for (String argument : arguments) {
      if (argument.startsWith("@")) {
        expanded.addAll(parse(Files.readString(Path.of(argument.substring(1)))));
      } else {
        expanded.add(argument);
      }
    }
    return List.copyOf(expanded);
  }

  /** The arguments in the text of an argument file. */
  static List<String> parse(String text) {
    return new ArgumentFile(text).parse();
  }

  /** One argument in a form that {@link #parse} and {@code java @argfile} read back unchanged. */
  static String quote(String argument) {
    return '"' + argument.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n") + '"';
  }

  private List<String> parse() {
    while (position < text.length()) {
      char c = text.charAt(position++);
      if (c == '"' || c == '\'') {
        inArgument = true;
        readQuoted(c);
      } else if (c == '#' && !inArgument) {
        skipComment();
      } else if (Character.isWhitespace(c)) {
        endArgument();
      } else {
        inArgument = true;
        current.append(c);
      }
    }
    endArgument();
    return List.copyOf(arguments);
  }

  private void readQuoted(char quote) {
    while (position < text.length()) {
      char c = text.charAt(position++);
      if (c == quote) {
        return;
      }
      if (c == '\\' && position < text.length()) {
        readEscape(text.charAt(position++));
      } else {
        current.append(c);
      }
    }
  }

  private void readEscape(char escaped) {
    switch (escaped) {
      case 'n' -> current.append('\n');
      case 'r' -> current.append('\r');
      case 't' -> current.append('\t');
      case 'f' -> current.append('\f');
      case '\n' -> skipIndentation();
      default -> current.append(escaped);
    }
  }

  /**
   * A backslash at the end of a line joins it with the next one, without that line's indentation.
   */
  private void skipIndentation() {
    while (position < text.length() && Character.isWhitespace(text.charAt(position))) {
      position++;
    }
  }

  private void skipComment() {
    while (position < text.length() && text.charAt(position) != '\n') {
      position++;
    }
  }

  private void endArgument() {
    if (inArgument) {
      arguments.add(current.toString());
      current.setLength(0);
      inArgument = false;
    }
  }
}
