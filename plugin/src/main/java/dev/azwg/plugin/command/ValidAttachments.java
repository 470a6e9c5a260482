package dev.azwg.plugin.command;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import dev.azwg.ipam.ledger.AttachmentKey;
import dev.azwg.plugin.spec.CniException;
import dev.azwg.plugin.spec.ErrorCode;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/** What a GC configuration says about which attachments are still in use. */
final class ValidAttachments {
  private static final String KEY = "cni.dev/valid-attachments";

  /** The name in the first implementation of GC; used when the other one is absent. */
  private static final String LEGACY_KEY = "cni.dev/attachments";

  private ValidAttachments() {}

  /**
   * The attachments in use. Empty means that the caller gave no list, which is not the same as an
   * empty list.
   *
   * @throws CniException with DECODING_FAILURE if the list is not an array of objects,
   *     INVALID_NETWORK_CONFIG if an entry does not name an attachment
   */
  static Optional<Set<AttachmentKey>> of(JsonObject configuration) throws CniException {
    JsonElement list = configuration.get(KEY);
    if (list == null || list.isJsonNull()) {
      list = configuration.get(LEGACY_KEY);
    }
    if (list == null || list.isJsonNull()) {
      return Optional.empty();
    }
    if (!(list instanceof JsonArray array)) {
      throw new CniException(ErrorCode.DECODING_FAILURE, "invalid " + KEY, "it is not an array");
    }
    Set<AttachmentKey> keys = new HashSet<>();
    for (int i = 0; i < array.size(); i++) {
      keys.add(key(array.get(i), i));
    }
    return Optional.of(keys);
  }

  private static AttachmentKey key(JsonElement entry, int index) throws CniException {
    if (!(entry instanceof JsonObject object)) {
      throw new CniException(
          ErrorCode.DECODING_FAILURE, "invalid " + KEY, "entry " + index + " is not an object");
    }
    String containerId = text(object, "containerID", index);
    String ifName = text(object, "ifname", index);
    try {
      return new AttachmentKey(containerId, ifName);
    } catch (IllegalArgumentException e) {
      throw invalid(index, String.valueOf(e.getMessage()));
    }
  }

  private static String text(JsonObject object, String member, int index) throws CniException {
    if (object.get(member) instanceof JsonPrimitive primitive && primitive.isString()) {
      return primitive.getAsString();
    }
    throw invalid(index, member + " is missing or not a string");
  }

  private static CniException invalid(int index, String what) {
    return new CniException(
        ErrorCode.INVALID_NETWORK_CONFIG, "invalid " + KEY, "entry " + index + ": " + what);
  }
}
