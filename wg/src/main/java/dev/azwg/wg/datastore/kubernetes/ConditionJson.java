package dev.azwg.wg.datastore.kubernetes;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import dev.azwg.wg.datastore.NodeCondition;

/**
 * The status of a {@link WireGuardPeer}: one condition {@code Ready}, in the form that all of
 * Kubernetes has (metav1.Condition).
 */
final class ConditionJson {
  private ConditionJson() {}

  static String encode(NodeCondition condition) {
    JsonObject ready = new JsonObject();
    ready.addProperty("type", "Ready");
    ready.addProperty("status", condition.ready() ? "True" : "False");
    ready.addProperty("reason", condition.ready() ? "Reconciled" : "Degraded");
    // Server-side apply of 1.20 takes an empty text for null.
    ready.addProperty(
        "message", condition.problem().isEmpty() ? "everything is in place" : condition.problem());
    ready.addProperty("lastTransitionTime", condition.since().toString());
    JsonArray conditions = new JsonArray();
    conditions.add(ready);
    JsonObject status = new JsonObject();
    status.add("conditions", conditions);
    return status.toString();
  }
}
