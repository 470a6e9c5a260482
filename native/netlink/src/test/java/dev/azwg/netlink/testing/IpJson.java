package dev.azwg.netlink.testing;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.util.ArrayList;
import java.util.List;

/** What {@code ip -j} prints: an array of objects. */
public final class IpJson {
  private IpJson() {}

  public static List<JsonObject> parse(String output) {
    List<JsonObject> objects = new ArrayList<>();
    for (JsonElement element : JsonParser.parseString(output).getAsJsonArray()) {
      // Some versions print an empty object for what they leave out.
      if (!element.getAsJsonObject().isEmpty()) {
        objects.add(element.getAsJsonObject());
      }
    }
    return objects;
  }

  /** The members of an object as text, absent ones as "-", for comparison in one line. */
  public static String select(JsonObject object, String... names) {
    List<String> values = new ArrayList<>();
    for (String name : names) {
      JsonElement value = object.get(name);
      values.add(
          value == null ? "-" : value.isJsonPrimitive() ? value.getAsString() : value.toString());
    }
    return String.join(" ", values);
  }
}
