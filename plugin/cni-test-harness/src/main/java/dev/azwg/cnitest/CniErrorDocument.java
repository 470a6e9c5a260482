package dev.azwg.cnitest;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;

/**
 * The error result of the CNI specification ("Error", section 5).
 *
 * @param cniVersion the version of the document, empty if the plugin left it out
 * @param code the error code, never 0
 * @param msg the short message
 * @param details the long message, empty if there is none
 */
public record CniErrorDocument(String cniVersion, int code, String msg, String details) {
  static CniErrorDocument of(JsonObject document) {
    JsonElement code = document.get("code");
    if (code == null || !code.isJsonPrimitive() || !code.getAsJsonPrimitive().isNumber()) {
      throw new AssertionError("no error code: " + document);
    }
    int number = code.getAsInt();
    if (number <= 0) {
      throw new AssertionError("an error code is a positive number: " + document);
    }
    String msg = text(document, "msg");
    if (msg.isEmpty()) {
      throw new AssertionError("an error without a message: " + document);
    }
    return new CniErrorDocument(
        text(document, "cniVersion"), number, msg, text(document, "details"));
  }

  private static String text(JsonObject document, String member) {
    JsonElement value = document.get(member);
    if (value == null) {
      return "";
    }
    if (!value.isJsonPrimitive() || !value.getAsJsonPrimitive().isString()) {
      throw new AssertionError(member + " is not a string: " + document);
    }
    return value.getAsString();
  }
}
