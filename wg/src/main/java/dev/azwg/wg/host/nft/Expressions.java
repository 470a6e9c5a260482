package dev.azwg.wg.host.nft;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;

/** Statements and expressions of a rule in nft's JSON form: libnftables-json(5). */
final class Expressions {
  private Expressions() {}

  static JsonObject match(String operator, JsonElement left, JsonElement right) {
    JsonObject match = new JsonObject();
    match.addProperty("op", operator);
    match.add("left", left);
    match.add("right", right);
    return wrap("match", match);
  }

  static JsonObject equal(JsonElement left, String right) {
    return match("==", left, text(right));
  }

  static JsonObject different(JsonElement left, String right) {
    return match("!=", left, text(right));
  }

  static JsonPrimitive text(String text) {
    return new JsonPrimitive(text);
  }

  static JsonPrimitive number(long number) {
    return new JsonPrimitive(number);
  }

  static JsonObject meta(String key) {
    return wrap("meta", property("key", key));
  }

  static JsonObject conntrack(String key) {
    return wrap("ct", property("key", key));
  }

  static JsonObject payload(String protocol, String field) {
    JsonObject payload = property("protocol", protocol);
    payload.addProperty("field", field);
    return wrap("payload", payload);
  }

  /** The routing table's type of the destination: "local" for the node's own addresses. */
  static JsonObject destinationType() {
    JsonObject fib = property("result", "type");
    fib.add("flags", array(text("daddr")));
    return wrap("fib", fib);
  }

  static JsonObject anyOf(String... values) {
    JsonArray set = new JsonArray();
    for (String value : values) {
      set.add(value);
    }
    return wrap("set", set);
  }

  static JsonObject binary(String operator, JsonElement left, JsonElement right) {
    return wrap(operator, array(left, right));
  }

  /** Sets bits of the packet's mark and leaves the others. */
  static JsonObject setMarkBits(int bits) {
    return mangle(meta("mark"), binary("|", meta("mark"), number(Integer.toUnsignedLong(bits))));
  }

  static JsonObject mangle(JsonElement key, JsonElement value) {
    JsonObject mangle = new JsonObject();
    mangle.add("key", key);
    mangle.add("value", value);
    return wrap("mangle", mangle);
  }

  static JsonObject maximumSegmentSize() {
    JsonObject option = property("name", "maxseg");
    option.addProperty("field", "size");
    return wrap("tcp option", option);
  }

  static JsonObject count(Counter counter) {
    return property("counter", counter.objectName());
  }

  static JsonObject accept() {
    return wrap("accept", JsonNull.INSTANCE);
  }

  static JsonObject drop() {
    return wrap("drop", JsonNull.INSTANCE);
  }

  static JsonObject wrap(String name, JsonElement value) {
    JsonObject object = new JsonObject();
    object.add(name, value);
    return object;
  }

  static JsonObject property(String name, String value) {
    JsonObject object = new JsonObject();
    object.addProperty(name, value);
    return object;
  }

  static JsonArray array(JsonElement... elements) {
    JsonArray array = new JsonArray();
    for (JsonElement element : elements) {
      array.add(element);
    }
    return array;
  }
}
