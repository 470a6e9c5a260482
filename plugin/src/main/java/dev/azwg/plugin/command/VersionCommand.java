package dev.azwg.plugin.command;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import dev.azwg.plugin.spec.CniCommand;
import dev.azwg.plugin.spec.CniException;
import dev.azwg.plugin.spec.CniVersion;
import dev.azwg.plugin.spec.NetworkConfig;

/** VERSION: which versions of the specification the plugin speaks. */
public final class VersionCommand {
  private VersionCommand() {}

  /**
   * The document for stdout. Its version is the caller's, as the specification asks for; the newest
   * if the caller states none or one that we do not speak. What else is on stdin does not matter.
   */
  public static JsonObject document(byte[] stdin) {
    JsonArray supported = new JsonArray();
    for (CniVersion version : CniVersion.values()) {
      supported.add(version.toString());
    }
    JsonObject document = new JsonObject();
    document.addProperty("cniVersion", callersVersion(stdin).toString());
    document.add("supportedVersions", supported);
    return document;
  }

  private static CniVersion callersVersion(byte[] stdin) {
    try {
      JsonObject document = NetworkConfig.parse(stdin, CniCommand.DEL).document();
      return document.has("cniVersion") ? NetworkConfig.version(document) : CniVersion.NEWEST;
    } catch (CniException unusable) {
      return CniVersion.NEWEST;
    }
  }
}
