package dev.azwg.plugin.result;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import dev.azwg.plugin.spec.CniVersion;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Converts results between the forms that the specification has given them:
 *
 * <ul>
 *   <li>up to 0.2.0: {@code ip4} and {@code ip6}, each with its own routes;
 *   <li>from 0.3.0: {@code interfaces}, {@code ips} and {@code routes}, with {@code ips[].version};
 *   <li>from 1.0.0: the same without {@code ips[].version}; empty {@code dns} is left out;
 *   <li>from 1.1.0: more members of interfaces and routes.
 * </ul>
 *
 * What a form has no room for is dropped; everything else, unknown members included, stays.
 */
final class ResultConverter {
  private static final String CNI_VERSION = "cniVersion";
  private static final List<String> INTERFACE_SINCE_1_1 = List.of("mtu", "socketPath", "pciID");
  private static final List<String> ROUTE_SINCE_1_1 =
      List.of("mtu", "advmss", "priority", "table", "scope");

  private ResultConverter() {}

  static JsonObject convert(JsonObject result, CniVersion from, CniVersion to) {
    JsonObject converted = withVersion(result, to);
    if (from == to) {
      return converted;
    }
    boolean fromLists = from.isAtLeast(CniVersion.V0_3_0);
    boolean toLists = to.isAtLeast(CniVersion.V0_3_0);
    if (!fromLists && toLists) {
      converted = FamilyForm.toLists(converted);
    }
    if (toLists) {
      adaptLists(converted, from, to);
    } else if (fromLists) {
      converted = FamilyForm.fromLists(converted);
    }
    adaptDns(converted, to);
    return converted;
  }

  /** A copy with this version: in the place of the old one, or first. */
  private static JsonObject withVersion(JsonObject result, CniVersion version) {
    JsonObject copy = new JsonObject();
    JsonPrimitive text = new JsonPrimitive(version.toString());
    if (!result.has(CNI_VERSION)) {
      copy.add(CNI_VERSION, text);
    }
    for (Map.Entry<String, JsonElement> member : result.entrySet()) {
      copy.add(
          member.getKey(),
          member.getKey().equals(CNI_VERSION) ? text : member.getValue().deepCopy());
    }
    return copy;
  }

  private static void adaptLists(JsonObject result, CniVersion from, CniVersion to) {
    boolean statesFamily = !to.isAtLeast(CniVersion.V1_0_0);
    for (JsonElement ip : elements(result.get("ips"))) {
      if (ip instanceof JsonObject object) {
        object.remove("version");
        if (statesFamily) {
          object.addProperty("version", FamilyForm.isIpv6(object.get("address")) ? "6" : "4");
        }
      }
    }
    if (from.isAtLeast(CniVersion.V1_1_0)) {
      removeAll(result.get("interfaces"), INTERFACE_SINCE_1_1);
      removeAll(result.get("routes"), ROUTE_SINCE_1_1);
    }
  }

  private static void adaptDns(JsonObject result, CniVersion to) {
    JsonElement dns = result.get("dns");
    boolean isEmpty = dns == null || dns.isJsonNull() || dns.equals(new JsonObject());
    if (isEmpty && to.isAtLeast(CniVersion.V1_0_0)) {
      result.remove("dns");
    } else if (isEmpty) {
      result.add("dns", new JsonObject());
    }
  }

  private static void removeAll(@Nullable JsonElement array, List<String> members) {
    for (JsonElement element : elements(array)) {
      if (element instanceof JsonObject object) {
        members.forEach(object::remove);
      }
    }
  }

  static List<JsonElement> elements(@Nullable JsonElement array) {
    return array instanceof JsonArray list ? list.asList() : List.of();
  }
}
