package dev.azwg.ipam.watcher;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.azwg.conflist.json.Dialect;
import dev.azwg.conflist.json.JsonException;
import dev.azwg.conflist.json.JsonText;
import dev.azwg.conflist.json.Members;
import dev.azwg.conflist.json.StrictJson;
import dev.azwg.ipam.ledger.AttachmentKey;
import dev.azwg.ipam.watcher.PublishOutcome.NotPublished;
import dev.azwg.ipam.watcher.PublishOutcome.Published;
import dev.azwg.ipam.watcher.WatcherException.Reason;
import dev.azwg.ipam.watcher.WatcherRequest.Changed;
import dev.azwg.ipam.watcher.WatcherRequest.Health;
import dev.azwg.ipam.watcher.WatcherRequest.Status;
import java.nio.charset.StandardCharsets;

/**
 * The local API's lines. A connection carries one request and one answer, each one JSON object on
 * one line with a line feed at its end: of at most {@link #MAX_LINE_BYTES}, but for a status
 * document, which grows with the mesh.
 */
public final class WatcherCodec {
  /** The longest line either side reads, its line feed not counted. */
  public static final int MAX_LINE_BYTES = 64 * 1024;

  /** The longest status document that a client reads: 10,000 peers of 500 bytes, and to spare. */
  public static final int MAX_STATUS_BYTES = 8 * 1024 * 1024;

  private WatcherCodec() {}

  /** A request as a line. */
  public static byte[] encodeRequest(WatcherRequest request) {
    JsonObject object = new JsonObject();
    if (request instanceof Changed changed) {
      object.addProperty("op", "changed");
      object.addProperty("containerID", changed.key().containerId());
      object.addProperty("ifName", changed.key().ifName());
      object.addProperty("timeoutMillis", changed.timeoutMillis());
    } else {
      object.addProperty("op", request instanceof Health ? "health" : "status");
    }
    return line(object);
  }

  /**
   * Reads a request.
   *
   * @param line with or without its line feed
   * @throws WatcherException (INVALID_REQUEST) if it is not exactly one of the API's requests;
   *     members that are not the request's are ignored
   */
  public static WatcherRequest decodeRequest(byte[] line) throws WatcherException {
    JsonObject object = object(line, Reason.INVALID_REQUEST);
    String op = Members.string(object.get("op"));
    if ("status".equals(op)) {
      return new Status();
    }
    if ("health".equals(op)) {
      return new Health();
    }
    if (!"changed".equals(op)) {
      throw invalidRequest("op is none of \"changed\", \"health\" and \"status\"");
    }
    String containerId = Members.string(object.get("containerID"));
    String ifName = Members.string(object.get("ifName"));
    Long timeout = Members.integer(object.get("timeoutMillis"));
    if (containerId == null || ifName == null || timeout == null) {
      throw invalidRequest("containerID, ifName or timeoutMillis is missing or of a wrong type");
    }
    if (timeout < 0 || timeout > Changed.MAX_TIMEOUT_MILLIS) {
      throw invalidRequest("timeoutMillis is out of bounds");
    }
    try {
      return new Changed(new AttachmentKey(containerId, ifName), timeout.intValue());
    } catch (IllegalArgumentException e) {
      throw new WatcherException(Reason.INVALID_REQUEST, String.valueOf(e.getMessage()), e);
    }
  }

  /** The answer to a {@link Changed} that has been published. */
  public static byte[] encodePublished() {
    JsonObject object = new JsonObject();
    object.addProperty("published", true);
    return line(object);
  }

  /** The answer to a {@link Changed} that has not, and to a request that is not understood. */
  public static byte[] encodeNotPublished(String reason) {
    JsonObject object = new JsonObject();
    object.addProperty("published", false);
    object.addProperty("reason", reason);
    return line(object);
  }

  /**
   * Reads the answer to a {@link Changed}: {@link Published} or {@link NotPublished}.
   *
   * @throws WatcherException (INVALID_ANSWER) if it is neither
   */
  public static PublishOutcome decodePublishAnswer(byte[] line) throws WatcherException {
    JsonObject object = object(line, Reason.INVALID_ANSWER);
    Boolean published = Members.bool(object.get("published"));
    if (published == null) {
      throw new WatcherException(
          Reason.INVALID_ANSWER, "the answer does not say whether it is published", null);
    }
    if (published) {
      return new Published();
    }
    String reason = Members.string(object.get("reason"));
    return new NotPublished(reason == null ? "the watcher gives no reason" : reason);
  }

  /** The answer to a {@link Health}. */
  public static byte[] encodeHealth(WatcherHealth health) {
    JsonObject object = new JsonObject();
    object.addProperty("ready", health.ready());
    object.addProperty("reason", health.reason());
    return line(object);
  }

  /**
   * Reads the answer to a {@link Health}.
   *
   * @throws WatcherException (INVALID_ANSWER) if it does not say whether the watcher is ready
   */
  public static WatcherHealth decodeHealth(byte[] line) throws WatcherException {
    JsonObject object = object(line, Reason.INVALID_ANSWER);
    Boolean ready = Members.bool(object.get("ready"));
    if (ready == null) {
      throw new WatcherException(
          Reason.INVALID_ANSWER, "the answer does not say whether the watcher is ready", null);
    }
    String reason = Members.string(object.get("reason"));
    return new WatcherHealth(ready, reason == null ? "" : reason);
  }

  /** A status document as a line. */
  public static byte[] encodeStatus(JsonObject status) {
    return line(status);
  }

  /**
   * Reads a status document.
   *
   * @throws WatcherException (INVALID_ANSWER) if it is not one JSON object
   */
  public static JsonObject decodeStatus(byte[] line) throws WatcherException {
    return object(line, Reason.INVALID_ANSWER, MAX_STATUS_BYTES);
  }

  private static byte[] line(JsonObject object) {
    return (JsonText.compact(object) + '\n').getBytes(StandardCharsets.UTF_8);
  }

  private static JsonObject object(byte[] line, Reason reason) throws WatcherException {
    return object(line, reason, MAX_LINE_BYTES);
  }

  private static JsonObject object(byte[] line, Reason reason, int maxBytes)
      throws WatcherException {
    JsonElement document;
    try {
      document = StrictJson.parse(line, Dialect.EXACT, maxBytes + 1);
    } catch (JsonException e) {
      throw new WatcherException(reason, String.valueOf(e.getMessage()), e);
    }
    if (!document.isJsonObject()) {
      throw new WatcherException(reason, "not a JSON object", null);
    }
    return document.getAsJsonObject();
  }

  private static WatcherException invalidRequest(String detail) {
    return new WatcherException(Reason.INVALID_REQUEST, detail, null);
  }
}
