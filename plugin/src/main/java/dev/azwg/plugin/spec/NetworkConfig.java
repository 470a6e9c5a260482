package dev.azwg.plugin.spec;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import dev.azwg.conflist.json.Dialect;
import dev.azwg.conflist.json.JsonException;
import dev.azwg.conflist.json.Members;
import dev.azwg.conflist.json.StrictJson;
import java.util.Arrays;

/**
 * The members of a network configuration that the specification defines for every plugin.
 *
 * @param document the whole configuration
 * @param version its {@code cniVersion}
 * @param name the network's name; empty only for DEL, which does not need it
 */
public record NetworkConfig(JsonObject document, CniVersion version, String name) {
  private static final String CNI_VERSION = "cniVersion";
  private static final String NAME = "name";

  /**
   * Reads the configuration of a command.
   *
   * <p>DEL is given what it can be given: a version or a name that cannot be used does not matter
   * to it, and a DEL that fails keeps the plugins before us from releasing what they hold.
   *
   * @throws CniException with DECODING_FAILURE if it is not a JSON object or a member has the wrong
   *     type, INCOMPATIBLE_VERSION for a version we or the command do not know,
   *     INVALID_NETWORK_CONFIG for a name that is missing or not a name
   */
  public static NetworkConfig parse(byte[] stdin, CniCommand command) throws CniException {
    JsonObject document = decode(stdin);
    if (command == CniCommand.DEL) {
      return new NetworkConfig(document, lenientVersion(document), lenientName(document));
    }
    CniVersion version = version(document);
    requireCommandOf(version, command);
    return new NetworkConfig(document, version, name(document));
  }

  /**
   * The version that a document states; {@link CniVersion#UNSTATED} if it states none.
   *
   * @throws CniException if it is no version, or one that we do not speak
   */
  public static CniVersion version(JsonObject document) throws CniException {
    JsonElement stated = Members.find(document, CNI_VERSION);
    if (stated == null) {
      return CniVersion.UNSTATED;
    }
    String text = text(stated, CNI_VERSION);
    if (text.isEmpty()) {
      return CniVersion.UNSTATED;
    }
    if (!CniVersion.isWellFormed(text)) {
      throw new CniException(
          ErrorCode.DECODING_FAILURE, "cniVersion is not a version", "\"" + text + "\"");
    }
    return CniVersion.of(text)
        .orElseThrow(() ->
            new CniException(
                ErrorCode.INCOMPATIBLE_VERSION,
                "incompatible CNI versions",
                "the configuration is \""
                    + text
                    + "\", the plugin supports "
                    + Arrays.toString(CniVersion.values())));
  }

  private static JsonObject decode(byte[] stdin) throws CniException {
    JsonElement document;
    try {
      document = StrictJson.parse(stdin, Dialect.GO, StandardInput.MAX_BYTES);
    } catch (JsonException e) {
      throw new CniException(
          ErrorCode.DECODING_FAILURE,
          "cannot decode the network configuration",
          String.valueOf(e.getMessage()),
          e);
    }
    if (document.isJsonNull()) {
      // What Go decodes null into: a configuration without any member.
      return new JsonObject();
    }
    if (document instanceof JsonObject object) {
      return object;
    }
    throw new CniException(
        ErrorCode.DECODING_FAILURE, "the network configuration is not a JSON object", "");
  }

  private static void requireCommandOf(CniVersion version, CniCommand command) throws CniException {
    CniVersion since =
        switch (command) {
          case CHECK -> CniVersion.V0_4_0;
          case GC, STATUS -> CniVersion.V1_1_0;
          case ADD, DEL, VERSION -> CniVersion.V0_1_0;
        };
    if (!version.isAtLeast(since)) {
      throw new CniException(
          ErrorCode.INCOMPATIBLE_VERSION,
          "the configuration's version does not allow " + command,
          "cniVersion is " + version + ", " + command + " came with " + since);
    }
  }

  private static String name(JsonObject document) throws CniException {
    JsonElement member = Members.find(document, NAME);
    String name = member == null ? "" : text(member, NAME);
    String flaw = member == null ? "is missing" : NetworkName.flawOf(name);
    if (!flaw.isEmpty()) {
      throw new CniException(
          ErrorCode.INVALID_NETWORK_CONFIG,
          "invalid network name",
          name.isEmpty() ? "name " + flaw : "name \"" + name + "\" " + flaw);
    }
    return name;
  }

  private static String text(JsonElement element, String member) throws CniException {
    if (element instanceof JsonPrimitive primitive && primitive.isString()) {
      return primitive.getAsString();
    }
    throw new CniException(
        ErrorCode.DECODING_FAILURE,
        "cannot decode the network configuration",
        member + " is not a string");
  }

  private static CniVersion lenientVersion(JsonObject document) {
    try {
      return version(document);
    } catch (CniException unusable) {
      return CniVersion.NEWEST;
    }
  }

  private static String lenientName(JsonObject document) {
    try {
      return name(document);
    } catch (CniException unusable) {
      return "";
    }
  }
}
