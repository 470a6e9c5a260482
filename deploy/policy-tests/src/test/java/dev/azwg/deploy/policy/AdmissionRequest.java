package dev.azwg.deploy.policy;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.azwg.deploy.policy.Policy.Rule;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * The request of an AdmissionReview (admission.k8s.io/v1), as a real API server sent it to a
 * webhook, or changed from there by the methods here and by nothing else.
 */
record AdmissionRequest(JsonObject json) {
  private static final String NODE_NAME = "authentication.kubernetes.io/node-name";

  /** A recording, as it is. */
  static AdmissionRequest recorded(String name) {
    String resource = "recorded/" + name + ".json";
    try (InputStream in = AdmissionRequest.class.getResourceAsStream(resource)) {
      if (in == null) {
        throw new IllegalArgumentException("no recording " + resource);
      }
      JsonElement review =
          JsonParser.parseReader(new InputStreamReader(in, StandardCharsets.UTF_8));
      return new AdmissionRequest(review.getAsJsonObject().getAsJsonObject("request"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * The same request from a server that puts the node of the token's pod into the user's extra
   * (Kubernetes 1.30). The recorded one, 1.20, does not: this is added by hand.
   */
  AdmissionRequest fromNode(String node) {
    JsonObject copy = json.deepCopy();
    JsonObject user = copy.getAsJsonObject("userInfo");
    if (!user.has("extra")) {
      user.add("extra", new JsonObject());
    }
    JsonArray values = new JsonArray();
    values.add(node);
    user.getAsJsonObject("extra").add(NODE_NAME, values);
    return new AdmissionRequest(copy);
  }

  /**
   * The same request with another member, as it would be recorded from a server without a schema.
   *
   * @param path where, names separated by '/'; the last one is replaced or added
   * @param value the value as JSON; null takes the member away
   */
  AdmissionRequest with(String path, String value) {
    JsonObject copy = json.deepCopy();
    String[] names = path.split("/", -1);
    JsonObject at = copy;
    for (int i = 0; i < names.length - 1; i++) {
      if (!(at.get(names[i]) instanceof JsonObject)) {
        at.add(names[i], new JsonObject());
      }
      at = at.getAsJsonObject(names[i]);
    }
    String last = names[names.length - 1];
    JsonElement element = JsonParser.parseString(value);
    if (element instanceof JsonNull) {
      at.remove(last);
    } else {
      at.add(last, element);
    }
    return new AdmissionRequest(copy);
  }

  boolean isCoveredBy(Rule rule) {
    JsonObject resource = json.getAsJsonObject("resource");
    String name = resource.get("resource").getAsString();
    JsonElement sub = json.get("subResource");
    return rule.covers(
        resource.get("group").getAsString(),
        resource.get("version").getAsString(),
        json.get("operation").getAsString(),
        sub == null ? name : name + "/" + sub.getAsString());
  }

  /** What the API server gives to expressions under a name. */
  Optional<Object> value(String name) {
    return switch (name) {
      case "object", "oldObject" -> Optional.of(CelValues.of(json.get(name)));
      case "request" -> {
        JsonObject request = json.deepCopy();
        request.remove("uid");
        request.remove("object");
        request.remove("oldObject");
        yield Optional.of(CelValues.of(request));
      }
      default -> Optional.empty();
    };
  }
}
