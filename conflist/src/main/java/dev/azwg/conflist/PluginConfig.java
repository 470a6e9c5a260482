package dev.azwg.conflist;

import com.google.gson.JsonObject;
import dev.azwg.conflist.json.Members;

/**
 * One plugin's entry in a list: a view on the tree, which keeps the members that this class does
 * not know.
 *
 * @param json the entry; not to be changed
 * @param type the name of the plugin's executable
 */
public record PluginConfig(JsonObject json, String type) {
  /** Azure's own plugin. */
  public static final String AZURE_VNET = "azure-vnet";

  /** Cilium's, alone or chained. */
  public static final String CILIUM = "cilium-cni";

  /** Whether the entry is azwg's. */
  public boolean isOurs() {
    return type.equals(AzwgPluginEntry.TYPE);
  }

  /** azure-vnet's {@code mode}; the empty string when there is none. */
  public String mode() {
    String mode = Members.string(Members.find(json, "mode"));
    return mode == null ? "" : mode;
  }

  /** azure-vnet's {@code multiTenancy}. */
  public boolean isMultitenant() {
    return Boolean.TRUE.equals(Members.bool(Members.find(json, "multiTenancy")));
  }
}
