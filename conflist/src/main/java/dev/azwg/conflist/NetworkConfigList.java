package dev.azwg.conflist;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.azwg.conflist.ConflistException.Reason;
import dev.azwg.conflist.json.Dialect;
import dev.azwg.conflist.json.JsonException;
import dev.azwg.conflist.json.Members;
import dev.azwg.conflist.json.StrictJson;
import java.util.ArrayList;
import java.util.List;

/**
 * A network configuration list (CNI spec, section 1): a view on the tree, which keeps everything
 * that this class does not know.
 *
 * <p>Members are found by their exact names only, and a name that is there twice is refused: what
 * we would edit must mean the same to every reader.
 *
 * @param plugins in the order of the chain, at least one
 */
public record NetworkConfigList(List<PluginConfig> plugins) {
  /** Keeps an own copy. */
  public NetworkConfigList {
    plugins = List.copyOf(plugins);
  }

  /**
   * Reads a list.
   *
   * @throws ConflistException (EMPTY, TRUNCATED, INVALID or NOT_A_LIST) if it is not one
   */
  public static NetworkConfigList parse(byte[] document) throws ConflistException {
    JsonElement root;
    try {
      root = StrictJson.parse(document, Dialect.EXACT);
    } catch (JsonException e) {
      throw new ConflistException(reason(e), String.valueOf(e.getMessage()), e);
    }
    if (!root.isJsonObject()) {
      throw notAList("the document is not an object");
    }
    JsonObject list = root.getAsJsonObject();
    JsonElement plugins = list.get("plugins");
    if (plugins == null || !plugins.isJsonArray() || plugins.getAsJsonArray().isEmpty()) {
      throw notAList("plugins is missing, empty or not an array");
    }
    return new NetworkConfigList(plugins(plugins.getAsJsonArray()));
  }

  private static List<PluginConfig> plugins(JsonArray array) throws ConflistException {
    List<PluginConfig> plugins = new ArrayList<>(array.size());
    for (int i = 0; i < array.size(); i++) {
      String type = null;
      if (array.get(i).isJsonObject()) {
        type = Members.string(Members.find(array.get(i).getAsJsonObject(), "type"));
      }
      if (type == null || type.isEmpty()) {
        throw notAList("plugins[" + i + "] is not an object with a type");
      }
      plugins.add(new PluginConfig(array.get(i).getAsJsonObject(), type));
    }
    return plugins;
  }

  /**
   * Checks that azwg can serve a node with this list: Azure CNI in transparent mode, and nobody
   * else who owns the datapath.
   *
   * @throws ConflistException with the reason if it cannot
   */
  public void requireServable() throws ConflistException {
    PluginConfig azure = null;
    for (PluginConfig plugin : plugins) {
      if (plugin.type().equals(PluginConfig.CILIUM)) {
        throw new ConflistException(
            Reason.CILIUM, "cilium-cni is in the chain and owns the datapath", null);
      }
      if (azure == null && plugin.type().equals(PluginConfig.AZURE_VNET)) {
        azure = plugin;
      }
    }
    if (azure == null) {
      throw new ConflistException(Reason.NO_AZURE_VNET, "azure-vnet is not in the chain", null);
    }
    requireServable(azure);
  }

  private static void requireServable(PluginConfig azure) throws ConflistException {
    String mode = azure.mode();
    Reason reason =
        switch (mode) {
          case "transparent" -> azure.isMultitenant() ? Reason.MULTITENANCY : null;
          case "bridge" -> Reason.BRIDGE_MODE;
          case "tunnel", "" -> Reason.TUNNEL_MODE; // azure-vnet's default.
          case "transparent-vlan" -> Reason.TRANSPARENT_VLAN_MODE;
          default -> Reason.UNKNOWN_MODE;
        };
    if (reason != null) {
      throw new ConflistException(
          reason,
          reason == Reason.MULTITENANCY
              ? "azure-vnet is multitenant"
              : "azure-vnet has the mode \"" + mode + "\" and not \"transparent\"",
          null);
    }
  }

  private static Reason reason(JsonException e) {
    return switch (e.reason()) {
      case EMPTY -> Reason.EMPTY;
      case TRUNCATED -> Reason.TRUNCATED;
      default -> Reason.INVALID;
    };
  }

  private static ConflistException notAList(String detail) {
    return new ConflistException(Reason.NOT_A_LIST, detail, null);
  }
}
