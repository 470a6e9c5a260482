package dev.azwg.plugin.config;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import dev.azwg.plugin.spec.CniException;
import dev.azwg.plugin.spec.ErrorCode;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.function.LongFunction;

/** Takes single members out of a document: each is absent, usable, or an error that names it. */
final class MemberReader {
  private static final int QUOTED = 64;

  private final JsonObject document;
  private final boolean lenient;

  /**
   * A reader.
   *
   * @param lenient whether a member that cannot be used counts as absent
   */
  MemberReader(JsonObject document, boolean lenient) {
    this.document = document;
    this.lenient = lenient;
  }

  <T> T text(String member, T fallback, Function<String, Optional<T>> parser) throws CniException {
    return read(member, fallback, parser, number -> Optional.empty(), "a string");
  }

  <T> T number(String member, T fallback, LongFunction<Optional<T>> parser) throws CniException {
    return read(member, fallback, text -> Optional.empty(), parser, "an integer");
  }

  <T> T textOrNumber(
      String member,
      T fallback,
      Function<String, Optional<T>> textParser,
      LongFunction<Optional<T>> numberParser)
      throws CniException {
    return read(member, fallback, textParser, numberParser, "a string or an integer");
  }

  private <T> T read(
      String member,
      T fallback,
      Function<String, Optional<T>> textParser,
      LongFunction<Optional<T>> numberParser,
      String kind)
      throws CniException {
    JsonElement element = document.get(member);
    if (element == null || element.isJsonNull()) {
      return fallback;
    }
    Optional<T> value = Optional.empty();
    if (element instanceof JsonPrimitive primitive && primitive.isString()) {
      value = textParser.apply(primitive.getAsString());
    } else if (element instanceof JsonPrimitive primitive && primitive.isNumber()) {
      OptionalLong number = integer(primitive.getAsString());
      value = number.isPresent() ? numberParser.apply(number.getAsLong()) : Optional.empty();
    }
    if (value.isPresent()) {
      return value.get();
    }
    if (lenient) {
      return fallback;
    }
    throw new CniException(
        ErrorCode.INVALID_NETWORK_CONFIG,
        "invalid " + member + " in the network configuration",
        quote(element.toString()) + " is not a usable value (" + kind + ")");
  }

  private static OptionalLong integer(String literal) {
    try {
      return OptionalLong.of(Long.parseLong(literal));
    } catch (NumberFormatException notAnInteger) {
      return OptionalLong.empty();
    }
  }

  private static String quote(String text) {
    return text.length() <= QUOTED ? text : text.substring(0, QUOTED) + "...";
  }
}
