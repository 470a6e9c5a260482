package dev.azwg.plugin.blackbox;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.azwg.cnitest.NetworkNamespace;
import dev.azwg.cnitest.NetworkNamespaces;
import java.util.ArrayList;
import java.util.List;

/**
 * A node and a pod as azure-vnet leaves them in transparent mode: a veth pair of 1500 bytes, a host
 * route to the pod in the main table, in the pod a default route by way of 169.254.1.1.
 */
record TransparentPod(NetworkNamespace node, NetworkNamespace pod) {
  static final String HOST_LINK = "azv0123456789a";

  static TransparentPod create(NetworkNamespaces namespaces, String ipv4, String ipv6)
      throws Exception {
    NetworkNamespace node = namespaces.create("node");
    NetworkNamespace pod = namespaces.create("pod");
    node.run(
        "ip",
        "link",
        "add",
        HOST_LINK,
        "type",
        "veth",
        "peer",
        "name",
        "eth0",
        "netns",
        pod.name());
    node.run("ip", "link", "set", HOST_LINK, "up");
    pod.run("ip", "link", "set", "eth0", "up");
    pod.run("ip", "address", "add", ipv4 + "/16", "dev", "eth0", "noprefixroute");
    pod.run("ip", "address", "add", ipv6 + "/64", "dev", "eth0", "nodad", "noprefixroute");
    pod.run("ip", "route", "add", "169.254.1.1", "dev", "eth0");
    pod.run("ip", "route", "add", "default", "via", "169.254.1.1");
    node.run("ip", "route", "add", ipv4, "dev", HOST_LINK, "proto", "static", "scope", "global");
    node.run("ip", "-6", "route", "add", ipv6, "dev", HOST_LINK, "proto", "static");
    return new TransparentPod(node, pod);
  }

  int podMtu() throws Exception {
    return mtu(pod, "eth0");
  }

  int hostMtu() throws Exception {
    return mtu(node, HOST_LINK);
  }

  private static int mtu(NetworkNamespace namespace, String link) throws Exception {
    JsonArray links =
        JsonParser.parseString(namespace.run("ip", "-j", "link", "show", "dev", link))
            .getAsJsonArray();
    return links.get(0).getAsJsonObject().get("mtu").getAsInt();
  }

  /** RTN_THROW is 9: -N, which is there for the protocol, makes a number of the type too. */
  private static String type(JsonObject route) {
    return route.has("type") && route.get("type").getAsString().equals("9") ? "throw" : "unicast";
  }

  /** The routes of the WireGuard table as {@code type destination protocol}. */
  static List<String> tableOf(NetworkNamespace node) throws Exception {
    List<String> routes = new ArrayList<>();
    for (String family : List.of("-4", "-6")) {
      // "show table all" does not fail where the table has never had a route.
      String json = node.run("ip", "-j", "-N", family, "route", "show", "table", "all");
      for (JsonElement element : JsonParser.parseString(json).getAsJsonArray()) {
        JsonObject route = element.getAsJsonObject();
        if (route.has("table") && route.get("table").getAsString().equals("51820")) {
          routes.add(
              type(route)
                  + ' '
                  + route.get("dst").getAsString()
                  + ' '
                  + route.get("protocol").getAsString());
        }
      }
    }
    return routes;
  }
}
