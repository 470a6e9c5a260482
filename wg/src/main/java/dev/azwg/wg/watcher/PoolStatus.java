package dev.azwg.wg.watcher;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import dev.azwg.ipam.pool.AddressPool;
import java.util.Objects;

/**
 * What is known of this node's pool.
 *
 * @param source where it is read
 * @param pool as it was last read
 * @param claimed how many prefixes of it this node claims
 * @param problem why it could not be read again; empty if it could
 */
record PoolStatus(String source, AddressPool pool, int claimed, String problem) {
  /** Enough to see what it is about. */
  private static final int MAX_WITHHELD = 16;

  PoolStatus {
    Objects.requireNonNull(source);
    Objects.requireNonNull(pool);
    Objects.requireNonNull(problem);
  }

  JsonObject toJson() {
    JsonObject status = new JsonObject();
    status.addProperty("source", source);
    status.addProperty("prefixes", pool.prefixes().prefixes().size());
    status.addProperty("claimed", claimed);
    status.addProperty("problem", problem);
    JsonArray withheld = new JsonArray();
    pool.withheld().stream()
        .limit(MAX_WITHHELD)
        .forEach(each -> {
          JsonObject entry = new JsonObject();
          entry.addProperty("subject", each.subject());
          entry.addProperty("why", each.why().name());
          withheld.add(entry);
        });
    status.addProperty("withheldCount", pool.withheld().size());
    status.add("withheld", withheld);
    return status;
  }
}
