package dev.azwg.cnitest;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A network configuration list, as far as a runtime needs it to run its plugins.
 *
 * @param name the network's name
 * @param cniVersion the version of the list
 * @param disableCheck whether CHECK is switched off
 * @param plugins the entries in order
 */
public record NetworkList(
    String name, String cniVersion, boolean disableCheck, List<JsonObject> plugins) {

  private static final List<String> VERSIONS =
      List.of("0.1.0", "0.2.0", "0.3.0", "0.3.1", "0.4.0", "1.0.0", "1.1.0");

  /** Copies what is mutable and refuses versions that do not exist. */
  public NetworkList {
    plugins = List.copyOf(plugins);
    if (!VERSIONS.contains(cniVersion)) {
      throw new IllegalArgumentException("not a CNI version: " + cniVersion);
    }
  }

  /** Reads a list from its JSON text. */
  public static NetworkList parse(String json) {
    JsonObject root = JsonParser.parseString(json).getAsJsonObject();
    List<JsonObject> entries = new ArrayList<>();
    for (JsonElement plugin : root.getAsJsonArray("plugins")) {
      entries.add(plugin.getAsJsonObject());
    }
    boolean check = root.has("disableCheck") && root.get("disableCheck").getAsBoolean();
    return new NetworkList(
        root.get("name").getAsString(), root.get("cniVersion").getAsString(), check, entries);
  }

  /** Reads a list from a file. */
  public static NetworkList read(Path file) throws IOException {
    return parse(Files.readString(file));
  }

  /** Whether the list's version is at least the given one. */
  public boolean isAtLeast(String version) {
    return VERSIONS.indexOf(cniVersion) >= VERSIONS.indexOf(version);
  }

  /**
   * The document on a plugin's stdin, built as libcni builds it: the entry with the list's name and
   * version, the previous result if there is one to give, and {@code runtimeConfig} with those
   * capabilities that the entry declares and the runtime offers. Compact, with the top-level
   * members sorted, because libcni sends the entry through a Go map.
   */
  String configuration(
      JsonObject plugin,
      @Nullable JsonObject previousResult,
      JsonObject capabilityArgs,
      Map<String, JsonElement> injected) {
    Map<String, JsonElement> sorted = new TreeMap<>(plugin.asMap());
    sorted.put("name", new JsonPrimitive(name));
    sorted.put("cniVersion", new JsonPrimitive(cniVersion));
    if (previousResult != null) {
      sorted.put("prevResult", previousResult);
    }
    JsonObject runtimeConfig = runtimeConfig(plugin, capabilityArgs);
    if (!runtimeConfig.isEmpty()) {
      sorted.put("runtimeConfig", runtimeConfig);
    }
    sorted.putAll(injected);
    JsonObject document = new JsonObject();
    sorted.forEach(document::add);
    return document.toString();
  }

  private static JsonObject runtimeConfig(JsonObject plugin, JsonObject capabilityArgs) {
    JsonObject chosen = new JsonObject();
    JsonElement declared = plugin.get("capabilities");
    if (declared != null && declared.isJsonObject()) {
      for (Map.Entry<String, JsonElement> capability : declared.getAsJsonObject().entrySet()) {
        JsonElement offered = capabilityArgs.get(capability.getKey());
        if (offered != null && capability.getValue().getAsBoolean()) {
          chosen.add(capability.getKey(), offered);
        }
      }
    }
    return chosen;
  }
}
