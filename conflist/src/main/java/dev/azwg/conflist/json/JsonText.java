package dev.azwg.conflist.json;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.Map;

/**
 * Writes gson's tree as JSON text, members in their order and numbers as they were spelled.
 *
 * <p>Only what must be escaped is escaped, plus U+2028 and U+2029 (as Go does) and lone surrogates,
 * which UTF-8 cannot carry.
 */
public final class JsonText {
  private static final String HEX = "0123456789abcdef";

  private final StringBuilder out;
  private final String unit;
  private final String newline;

  private JsonText(StringBuilder out, String unit, String newline) {
    this.out = out;
    this.unit = unit;
    this.newline = newline;
  }

  /** On one line, without white space. */
  public static String compact(JsonElement value) {
    StringBuilder out = new StringBuilder();
    new JsonText(out, "", "").value(value, "");
    return out.toString();
  }

  /**
   * One member or element a line; empty arrays and objects on one.
   *
   * @param newline what ends a line; the empty string gives the compact form
   * @param unit what each level is indented by
   * @param indent what the line is already indented by on which the value will start
   */
  public static String indented(JsonElement value, String newline, String unit, String indent) {
    StringBuilder out = new StringBuilder();
    new JsonText(out, unit, newline).value(value, indent);
    return out.toString();
  }

  private void value(JsonElement value, String indent) {
    if (value.isJsonObject()) {
      object(value.getAsJsonObject(), indent);
    } else if (value.isJsonArray()) {
      array(value.getAsJsonArray(), indent);
    } else if (value.isJsonNull()) {
      out.append("null");
    } else if (value.getAsJsonPrimitive().isString()) {
      string(value.getAsString());
    } else {
      out.append(value.getAsString());
    }
  }

  private void object(JsonObject object, String indent) {
    out.append('{');
    String inner = indent + unit;
    boolean first = true;
    for (Map.Entry<String, JsonElement> member : object.entrySet()) {
      separate(first, inner);
      first = false;
      string(member.getKey());
      out.append(newline.isEmpty() ? ":" : ": ");
      value(member.getValue(), inner);
    }
    close(first, indent, '}');
  }

  private void array(JsonArray array, String indent) {
    out.append('[');
    String inner = indent + unit;
    boolean first = true;
    for (JsonElement element : array) {
      separate(first, inner);
      first = false;
      value(element, inner);
    }
    close(first, indent, ']');
  }

  private void separate(boolean first, String inner) {
    if (!first) {
      out.append(',');
    }
    if (!newline.isEmpty()) {
      out.append(newline).append(inner);
    }
  }

  private void close(boolean empty, String indent, char bracket) {
    if (!empty && !newline.isEmpty()) {
      out.append(newline).append(indent);
    }
    out.append(bracket);
  }

  private void string(String text) {
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        out.append('\\').append(c);
      } else if (c == '\n') {
        out.append("\\n");
      } else if (c == '\r') {
        out.append("\\r");
      } else if (c == '\t') {
        out.append("\\t");
      } else if (c < 0x20 || c == '\u2028' || c == '\u2029') {
        escape(c);
      } else if (!Character.isSurrogate(c)) {
        out.append(c);
      } else if (i + 1 < text.length() && Character.isSurrogatePair(c, text.charAt(i + 1))) {
        out.append(c).append(text.charAt(++i));
      } else {
        escape(c);
      }
    }
    out.append('"');
  }

  private void escape(char c) {
    out.append("\\u")
        .append(HEX.charAt(c >> 12))
        .append(HEX.charAt(c >> 8 & 0xF))
        .append(HEX.charAt(c >> 4 & 0xF))
        .append(HEX.charAt(c & 0xF));
  }
}
