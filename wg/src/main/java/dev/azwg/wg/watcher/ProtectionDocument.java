package dev.azwg.wg.watcher;

import com.google.gson.JsonObject;
import dev.azwg.wg.host.nft.Counter;
import java.util.Map;

/** What the status says of reverse path filtering and of what was not encrypted. */
final class ProtectionDocument {
  private ProtectionDocument() {}

  /**
   * The part of the status document.
   *
   * @param counters empty if they cannot be read
   */
  static JsonObject of(
      boolean hostScope, Protection protection, Map<Counter, Counter.Count> counters) {
    JsonObject document = new JsonObject();
    document.addProperty("active", protection.isActive());
    String problem = protection.problem();
    if (!problem.isEmpty()) {
      document.addProperty("problem", problem);
    }
    if (hostScope) {
      document.addProperty("reversePath", protection.marksPackets() ? "marks" : "port-rules");
    }
    counters.forEach((counter, count) -> {
      JsonObject entry = new JsonObject();
      entry.addProperty("packets", count.packets());
      entry.addProperty("bytes", count.bytes());
      document.add(name(counter), entry);
    });
    return document;
  }

  private static String name(Counter counter) {
    return switch (counter) {
      case PLAINTEXT_IN -> "plaintextIn";
      case PLAINTEXT_OUT -> "plaintextOut";
      case REFUSED_IN -> "refusedIn";
      case REFUSED_OUT -> "refusedOut";
    };
  }
}
