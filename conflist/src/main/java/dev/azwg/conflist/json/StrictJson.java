package dev.azwg.conflist.json;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import dev.azwg.conflist.json.JsonException.Reason;
import java.io.EOFException;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Decodes one JSON document (RFC 8259) into gson's tree, with bounds on its size, depth and number
 * of values.
 *
 * <p>Members keep their order, numbers their spelling. Nothing of gson's leniency is left: no
 * comments, no single quotes, no {@code NaN}, no half of a surrogate pair, no text after the
 * document.
 */
public final class StrictJson {
  /** The largest document taken, in bytes: what containerd accepts as a network configuration. */
  public static final int MAX_BYTES = 2 * 1024 * 1024;

  /** How many arrays and objects may be inside each other. CNI documents need about eight. */
  public static final int MAX_DEPTH = 128;

  /**
   * How many values a document may have. A list of 10 000 attachments has 30 000; without a bound a
   * document of the allowed size, {@code [0,0,...}, takes a hundred times its size in memory.
   */
  public static final int MAX_VALUES = 250_000;

  private final JsonReader reader;
  private final Dialect dialect;
  private int values;

  private StrictJson(JsonReader reader, Dialect dialect) {
    this.reader = reader;
    this.dialect = dialect;
  }

  /**
   * Decodes a document of at most {@link #MAX_BYTES}.
   *
   * @throws JsonException if it is not exactly one JSON value within the bounds
   */
  public static JsonElement parse(byte[] document, Dialect dialect) throws JsonException {
    return parse(document, dialect, MAX_BYTES);
  }

  /**
   * Decodes a document of at most {@code maxBytes}.
   *
   * @throws JsonException if it is not exactly one JSON value within the bounds
   */
  public static JsonElement parse(byte[] document, Dialect dialect, int maxBytes)
      throws JsonException {
    String text = decode(document, dialect, maxBytes);
    JsonReader reader = new JsonReader(new StringReader(text));
    reader.setStrictness(Strictness.STRICT);
    reader.setNestingLimit(MAX_DEPTH + 1); // Our own bound comes first and has its own reason.
    try {
      JsonElement value = new StrictJson(reader, dialect).value(0);
      if (reader.peek() != JsonToken.END_DOCUMENT) {
        throw new JsonException(Reason.SYNTAX, reader.getPath(), "more than one JSON value");
      }
      return value;
    } catch (EOFException e) {
      if (text.isBlank()) {
        throw new JsonException(Reason.EMPTY, "", "the document is empty");
      }
      throw new JsonException(Reason.TRUNCATED, reader.getPath(), "the document ends too early");
    } catch (IOException e) {
      throw new JsonException(Reason.SYNTAX, reader.getPath(), "not JSON: " + firstLine(e));
    }
  }

  private static String decode(byte[] document, Dialect dialect, int maxBytes)
      throws JsonException {
    if (document.length > maxBytes) {
      throw new JsonException(
          Reason.TOO_LARGE, "", "the document has more than " + maxBytes + " bytes");
    }
    if (document.length >= 3
        && document[0] == (byte) 0xEF
        && document[1] == (byte) 0xBB
        && document[2] == (byte) 0xBF) {
      throw new JsonException(
          Reason.BYTE_ORDER_MARK, "", "the document starts with a byte order mark");
    }
    String text = new String(document, StandardCharsets.UTF_8);
    // The decoder puts U+FFFD for what it cannot read; where there is none, all was well.
    if (dialect == Dialect.EXACT
        && text.indexOf('\uFFFD') >= 0
        && !Arrays.equals(text.getBytes(StandardCharsets.UTF_8), document)) {
      throw new JsonException(Reason.NOT_UTF8, "", "the document is not UTF-8");
    }
    return text;
  }

  private JsonElement value(int depth) throws IOException, JsonException {
    if (++values > MAX_VALUES) {
      throw new JsonException(
          Reason.TOO_LARGE, reader.getPath(), "more than " + MAX_VALUES + " values");
    }
    return switch (reader.peek()) {
      case BEGIN_OBJECT -> object(deeper(depth));
      case BEGIN_ARRAY -> array(deeper(depth));
      case STRING -> new JsonPrimitive(reader.nextString());
      case NUMBER -> new JsonPrimitive(new NumberLiteral(reader.nextString()));
      case BOOLEAN -> new JsonPrimitive(reader.nextBoolean());
      case NULL -> {
        reader.nextNull();
        yield JsonNull.INSTANCE;
      }
      default ->
          throw new JsonException(Reason.SYNTAX, reader.getPath(), "not JSON: a value is missing");
    };
  }

  private JsonObject object(int depth) throws IOException, JsonException {
    JsonObject object = new JsonObject();
    reader.beginObject();
    while (reader.hasNext()) {
      String name = reader.nextName();
      if (dialect == Dialect.EXACT && object.has(name)) {
        throw new JsonException(
            Reason.DUPLICATE_MEMBER, reader.getPath(), "a member is there twice");
      }
      object.add(name, value(depth));
    }
    reader.endObject();
    return object;
  }

  private JsonArray array(int depth) throws IOException, JsonException {
    JsonArray array = new JsonArray();
    reader.beginArray();
    while (reader.hasNext()) {
      array.add(value(depth));
    }
    reader.endArray();
    return array;
  }

  private int deeper(int depth) throws JsonException {
    if (depth >= MAX_DEPTH) {
      throw new JsonException(
          Reason.TOO_DEEP, reader.getPath(), "more than " + MAX_DEPTH + " levels");
    }
    return depth + 1;
  }

  /** Gson appends a link to its own troubleshooting page, which helps nobody who runs a node. */
  private static String firstLine(IOException e) {
    String message = e.getMessage();
    if (message == null) {
      return "unreadable";
    }
    int end = message.indexOf('\n');
    return end < 0 ? message : message.substring(0, end);
  }
}
