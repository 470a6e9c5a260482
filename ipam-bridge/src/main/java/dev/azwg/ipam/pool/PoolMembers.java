package dev.azwg.ipam.pool;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.azwg.conflist.json.Dialect;
import dev.azwg.conflist.json.JsonException;
import dev.azwg.conflist.json.Members;
import dev.azwg.conflist.json.StrictJson;
import dev.azwg.ipam.address.AddressException;
import dev.azwg.ipam.address.IpPrefix;
import dev.azwg.ipam.pool.PoolException.Reason;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The members of one object of a document, with its place in it. A member that is null or empty
 * counts as absent, as both are what Go leaves in a field that was not set.
 *
 * @param where the document and the path to the object
 */
record PoolMembers(JsonObject object, String where) {
  private static final int QUOTED = 64;

  /** Turns a text into an address or a prefix. */
  interface AddressParser {
    /** Reads it. */
    IpPrefix parse(String text) throws AddressException;
  }

  /** The root of a document. */
  static PoolMembers ofDocument(byte[] document, int maxBytes, String where) throws PoolException {
    try {
      if (StrictJson.parse(document, Dialect.EXACT, maxBytes) instanceof JsonObject root) {
        return new PoolMembers(root, where);
      }
    } catch (JsonException e) {
      Reason reason =
          e.reason() == JsonException.Reason.TOO_LARGE ? Reason.TOO_LARGE : Reason.NOT_JSON;
      throw new PoolException(reason, where, String.valueOf(e.getMessage()), e);
    }
    throw new PoolException(Reason.NOT_JSON, where, "is not a JSON object", null);
  }

  /** Where a member is. */
  String at(String name) {
    return where + " " + name;
  }

  Optional<String> text(String name) throws PoolException {
    JsonElement value = value(name);
    if (value == null) {
      return Optional.empty();
    }
    String text = Members.string(value);
    if (text == null) {
      throw invalid(name, "is not a string");
    }
    return Optional.of(text).filter(present -> !present.isEmpty());
  }

  Optional<IpPrefix> address(String name, AddressParser parser) throws PoolException {
    Optional<String> text = text(name);
    return text.isEmpty() ? Optional.empty() : Optional.of(parse(text.get(), at(name), parser));
  }

  static IpPrefix parse(String text, String where, AddressParser parser) throws PoolException {
    try {
      return parser.parse(text);
    } catch (AddressException e) {
      throw new PoolException(Reason.ADDRESS, where, String.valueOf(e.getMessage()), e);
    }
  }

  /** The object of that name; one without members if it is absent. */
  PoolMembers object(String name) throws PoolException {
    JsonElement value = value(name);
    if (value == null) {
      return new PoolMembers(new JsonObject(), at(name));
    }
    return object(value, at(name));
  }

  /** The objects of a list, none if it is absent. */
  List<PoolMembers> objects(String name, int maximum) throws PoolException {
    List<PoolMembers> objects = new ArrayList<>();
    for (JsonElement element : array(name, maximum)) {
      objects.add(object(element, at(name) + "[" + objects.size() + "]"));
    }
    return objects;
  }

  /** The members of an object, which are objects, by their names. */
  Map<String, PoolMembers> objectsByName(String name, int maximum) throws PoolException {
    JsonObject parent = object(name).object;
    if (parent.size() > maximum) {
      throw tooMany(name, maximum);
    }
    Map<String, PoolMembers> objects = new LinkedHashMap<>();
    for (Map.Entry<String, JsonElement> member : parent.entrySet()) {
      objects.put(
          member.getKey(), object(member.getValue(), at(name) + " " + cut(member.getKey())));
    }
    return objects;
  }

  /** The strings of a list, none if it is absent. */
  List<String> texts(String name, int maximum) throws PoolException {
    List<String> texts = new ArrayList<>();
    for (JsonElement element : array(name, maximum)) {
      String text = Members.string(element);
      if (text == null) {
        throw invalid(name, "has an element that is not a string");
      }
      texts.add(text);
    }
    return texts;
  }

  PoolException invalid(String name, String detail) {
    return new PoolException(Reason.INVALID_MEMBER, at(name), detail, null);
  }

  private JsonArray array(String name, int maximum) throws PoolException {
    JsonElement value = value(name);
    if (value == null) {
      return new JsonArray();
    }
    if (!(value instanceof JsonArray array)) {
      throw invalid(name, "is not a list");
    }
    if (array.size() > maximum) {
      throw tooMany(name, maximum);
    }
    return array;
  }

  private PoolException tooMany(String name, int maximum) {
    return new PoolException(
        Reason.TOO_LARGE, at(name), "has more than " + maximum + " elements", null);
  }

  /** A name that somebody else chose, for a message. */
  static String cut(String text) {
    return text.length() <= QUOTED ? text : text.substring(0, QUOTED) + "...";
  }

  private static PoolMembers object(JsonElement value, String where) throws PoolException {
    if (value instanceof JsonObject object) {
      return new PoolMembers(object, where);
    }
    throw new PoolException(Reason.INVALID_MEMBER, where, "is not an object", null);
  }

  private @Nullable JsonElement value(String name) {
    JsonElement value = object.get(name);
    return value == null || value.isJsonNull() ? null : value;
  }
}
