package dev.azwg.plugin.spec;

import com.google.gson.JsonObject;
import dev.azwg.conflist.json.JsonText;
import java.nio.charset.StandardCharsets;

/** The error result of the specification ("Error", section 5). */
public final class ErrorDocument {
  private ErrorDocument() {}

  /**
   * The document for stdout, indented as the reference plugins print theirs.
   *
   * @param version the version of the caller's configuration, or the newest if that is not known
   */
  public static byte[] of(CniException error, CniVersion version) {
    JsonObject document = new JsonObject();
    document.addProperty("cniVersion", version.toString());
    document.addProperty("code", error.code().number());
    document.addProperty("msg", error.msg());
    if (!error.details().isEmpty()) {
      document.addProperty("details", error.details());
    }
    return (JsonText.indented(document, "\n", "    ", "") + '\n').getBytes(StandardCharsets.UTF_8);
  }
}
