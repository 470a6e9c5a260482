package dev.azwg.conflist.json;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads members of a tree without gson's conversions: a string is a string, {@code "1"} no number.
 */
public final class Members {
  private Members() {}

  /**
   * The value of the last member whose name is {@code name} in any mix of upper and lower case, as
   * Go's encoding/json decodes into a field: {@code "IPs"} is {@code "ips"}. JSON {@code null}
   * counts as absent, as it does for Go's pointers, slices and strings.
   *
   * @return null when there is no such member
   */
  public static @Nullable JsonElement find(JsonObject object, String name) {
    JsonElement found = null;
    for (Map.Entry<String, JsonElement> member : object.entrySet()) {
      if (!member.getValue().isJsonNull() && member.getKey().equalsIgnoreCase(name)) {
        found = member.getValue();
      }
    }
    return found;
  }

  /** The text of a JSON string; null for anything else, and for what is absent. */
  public static @Nullable String string(@Nullable JsonElement value) {
    return value instanceof JsonPrimitive primitive && primitive.isString()
        ? primitive.getAsString()
        : null;
  }

  /** The value of a JSON boolean; null for anything else, and for what is absent. */
  public static @Nullable Boolean bool(@Nullable JsonElement value) {
    if (value instanceof JsonPrimitive primitive && primitive.isBoolean()) {
      return primitive.getAsBoolean();
    }
    return null;
  }

  /**
   * The value of a JSON number that is spelled as an integer and fits into 64 bits, as Go decodes
   * an int: neither {@code 1.0} nor {@code 1e3}. Null for anything else, and for what is absent.
   */
  public static @Nullable Long integer(@Nullable JsonElement value) {
    if (!(value instanceof JsonPrimitive primitive) || !primitive.isNumber()) {
      return null;
    }
    try {
      return Long.valueOf(primitive.getAsString());
    } catch (NumberFormatException notAnInteger) {
      return null;
    }
  }
}
