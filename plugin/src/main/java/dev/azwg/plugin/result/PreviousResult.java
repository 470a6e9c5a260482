package dev.azwg.plugin.result;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.azwg.conflist.json.Members;
import dev.azwg.plugin.spec.CniException;
import dev.azwg.plugin.spec.CniVersion;
import dev.azwg.plugin.spec.ErrorCode;
import dev.azwg.plugin.spec.NetworkConfig;

/**
 * What the plugin before us in the chain has answered.
 *
 * @param document the result as it came
 * @param version the version it is in: its own, or the configuration's if it states none
 */
public record PreviousResult(JsonObject document, CniVersion version) {
  /**
   * Takes {@code prevResult} out of a configuration.
   *
   * @throws CniException with INVALID_NETWORK_CONFIG if there is none, DECODING_FAILURE if it is
   *     not an object, or the errors of {@link NetworkConfig#version}
   */
  public static PreviousResult of(NetworkConfig config) throws CniException {
    JsonElement member = Members.find(config.document(), "prevResult");
    if (member == null) {
      throw new CniException(
          ErrorCode.INVALID_NETWORK_CONFIG,
          "must be called as a chained plugin",
          "the configuration has no prevResult: azwg goes after the plugin that makes the pod's"
              + " interface");
    }
    if (!(member instanceof JsonObject document)) {
      throw new CniException(
          ErrorCode.DECODING_FAILURE, "cannot decode prevResult", "it is not a JSON object");
    }
    JsonElement stated = Members.find(document, "cniVersion");
    return new PreviousResult(
        document, stated == null ? config.version() : NetworkConfig.version(document));
  }

  /**
   * The result in a version. In its own version it is exactly what came in, with unknown members,
   * order and the spelling of numbers; only a {@code cniVersion} that it did not state is put in.
   */
  public JsonObject in(CniVersion target) {
    return ResultConverter.convert(document, version, target);
  }
}
