package dev.azwg.conflist;

import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Our own entry in a list. What is null is left out, and the plugin takes its default.
 *
 * @param capabilities what the runtime is asked to pass in {@code runtimeConfig}; usually none
 * @param stateDir where the ledger and the watcher's socket are
 * @param table the number of the WireGuard routing table
 * @param publishTimeout how long ADD waits for the watcher, such as {@code 500ms}
 * @param mode {@code permissive} or {@code strict}
 * @param podMtu {@code auto}, {@code off} or a number of bytes
 * @param logFile the plugin's log
 * @param logLevel how much is in it
 */
public record AzwgPluginEntry(
    List<String> capabilities,
    @Nullable String stateDir,
    @Nullable Integer table,
    @Nullable String publishTimeout,
    @Nullable String mode,
    @Nullable String podMtu,
    @Nullable String logFile,
    @Nullable String logLevel) {
  /** The name of our executable. */
  public static final String TYPE = "azwg";

  /** Keeps an own copy of the capabilities. */
  public AzwgPluginEntry {
    capabilities = List.copyOf(capabilities);
  }

  /** An entry to which members can be given. */
  public static Builder builder() {
    return new Builder();
  }

  /** The entry as it stands in a list, {@code type} first. */
  public JsonObject toJson() {
    JsonObject entry = new JsonObject();
    entry.addProperty("type", TYPE);
    if (!capabilities.isEmpty()) {
      JsonObject wanted = new JsonObject();
      for (String capability : capabilities) {
        wanted.addProperty(capability, true);
      }
      entry.add("capabilities", wanted);
    }
    add(entry, "stateDir", stateDir);
    if (table != null) {
      entry.addProperty("table", table);
    }
    add(entry, "publishTimeout", publishTimeout);
    add(entry, "mode", mode);
    if (podMtu != null && isNumber(podMtu)) {
      entry.addProperty("podMtu", Integer.valueOf(podMtu));
    } else {
      add(entry, "podMtu", podMtu);
    }
    add(entry, "logFile", logFile);
    add(entry, "logLevel", logLevel);
    return entry;
  }

  private static void add(JsonObject entry, String name, @Nullable String value) {
    if (value != null) {
      entry.addProperty(name, value);
    }
  }

  /** One to five digits, which is what an MTU can have. */
  private static boolean isNumber(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) < '0' || text.charAt(i) > '9') {
        return false;
      }
    }
    return !text.isEmpty() && text.length() <= 5;
  }

  /** Gathers the members of an entry; each method sets the member of its name. */
  public static final class Builder {
    private final List<String> capabilities = new ArrayList<>();
    private @Nullable String stateDir;
    private @Nullable Integer table;
    private @Nullable String publishTimeout;
    private @Nullable String mode;
    private @Nullable String podMtu;
    private @Nullable String logFile;
    private @Nullable String logLevel;

    private Builder() {}

    /** Asks the runtime for one more capability. */
    public Builder capability(String name) {
      capabilities.add(name);
      return this;
    }

    /** Sets the state directory. */
    public Builder stateDir(String value) {
      stateDir = value;
      return this;
    }

    /** Sets the routing table. */
    public Builder table(int value) {
      table = value;
      return this;
    }

    /** Sets how long ADD waits for the watcher. */
    public Builder publishTimeout(String value) {
      publishTimeout = value;
      return this;
    }

    /** Sets permissive or strict. */
    public Builder mode(String value) {
      mode = value;
      return this;
    }

    /** Sets the MTU of pods; digits become a JSON number. */
    public Builder podMtu(String value) {
      podMtu = value;
      return this;
    }

    /** Sets the log. */
    public Builder logFile(String value) {
      logFile = value;
      return this;
    }

    /** Sets how much is logged. */
    public Builder logLevel(String value) {
      logLevel = value;
      return this;
    }

    /** The entry. */
    public AzwgPluginEntry build() {
      return new AzwgPluginEntry(
          capabilities, stateDir, table, publishTimeout, mode, podMtu, logFile, logLevel);
    }
  }
}
