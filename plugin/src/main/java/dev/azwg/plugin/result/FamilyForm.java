package dev.azwg.plugin.result;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import org.jspecify.annotations.Nullable;

/** The form of results up to 0.2.0, in which each address family has a member of its own. */
final class FamilyForm {
  private static final String IP4 = "ip4";
  private static final String IP6 = "ip6";
  private static final String IPS = "ips";
  private static final String ROUTES = "routes";
  private static final String GATEWAY = "gateway";

  private FamilyForm() {}

  /** Turns {@code ip4} and {@code ip6} into {@code ips} and {@code routes}. */
  static JsonObject toLists(JsonObject result) {
    JsonArray ips = new JsonArray();
    JsonArray routes = new JsonArray();
    for (String family : new String[] {IP4, IP6}) {
      if (result.remove(family) instanceof JsonObject old) {
        JsonObject ip = new JsonObject();
        move(old, "ip", ip, "address");
        move(old, GATEWAY, ip, GATEWAY);
        ips.add(ip);
        ResultConverter.elements(old.get(ROUTES)).forEach(routes::add);
      }
    }
    result.add(IPS, ips);
    if (!routes.isEmpty()) {
      result.add(ROUTES, routes);
    }
    return result;
  }

  /**
   * Turns {@code ips} and {@code routes} into {@code ip4} and {@code ip6}. There is room for one
   * address of each family: the first one counts. Interfaces have no place.
   */
  static JsonObject fromLists(JsonObject result) {
    JsonElement ips = result.remove(IPS);
    JsonElement routes = result.remove(ROUTES);
    result.remove("interfaces");
    for (JsonElement element : ResultConverter.elements(ips)) {
      if (element instanceof JsonObject ip) {
        String family = isIpv6(ip.get("address")) ? IP6 : IP4;
        if (!result.has(family)) {
          result.add(family, familyMember(ip, routes, family.equals(IP6)));
        }
      }
    }
    return result;
  }

  private static JsonObject familyMember(
      JsonObject ip, @Nullable JsonElement routes, boolean ipv6) {
    JsonObject member = new JsonObject();
    move(ip, "address", member, "ip");
    move(ip, GATEWAY, member, GATEWAY);
    JsonArray own = new JsonArray();
    for (JsonElement element : ResultConverter.elements(routes)) {
      if (element instanceof JsonObject route && isIpv6(route.get("dst")) == ipv6) {
        JsonObject kept = new JsonObject();
        move(route, "dst", kept, "dst");
        move(route, "gw", kept, "gw");
        own.add(kept);
      }
    }
    if (!own.isEmpty()) {
      member.add(ROUTES, own);
    }
    return member;
  }

  /** By the colon, which no IPv4 text has. The address itself was checked before. */
  static boolean isIpv6(@Nullable JsonElement address) {
    return address instanceof JsonPrimitive text && text.getAsString().indexOf(':') >= 0;
  }

  private static void move(JsonObject from, String member, JsonObject to, String newName) {
    JsonElement value = from.get(member);
    if (value != null) {
      to.add(newName, value);
    }
  }
}
