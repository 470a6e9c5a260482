package dev.azwg.conflist.json;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Finds members the way the CNI programs written in Go find them. */
public final class Members {
  private Members() {}

  /**
   * The value of the last member whose name is {@code name} in any mix of ASCII upper and lower
   * case, as Go's encoding/json decodes into a field: {@code "IPs"} is {@code "ips"}. JSON {@code
   * null} counts as absent, as it does for Go's pointers, slices and strings.
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
}
