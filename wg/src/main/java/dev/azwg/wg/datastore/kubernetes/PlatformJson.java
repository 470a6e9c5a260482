package dev.azwg.wg.datastore.kubernetes;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import dev.azwg.conflist.json.Dialect;
import dev.azwg.conflist.json.JsonException;
import dev.azwg.conflist.json.Members;
import dev.azwg.conflist.json.StrictJson;
import dev.azwg.ipam.address.AddressException;
import dev.azwg.ipam.address.IpPrefix;
import dev.azwg.ipam.address.PrefixSet;
import dev.azwg.wg.datastore.DatastoreException;
import dev.azwg.wg.datastore.DatastoreException.Reason;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads what is needed from objects of the API: a Node, a list of Pods (core/v1), metadata. The
 * kubelet of a node writes most of its Node and Pods, so that neither is trusted to be as it
 * should.
 */
final class PlatformJson {
  private static final int MAXIMUM_BYTES = StrictJson.MAX_BYTES;
  private static final int MAXIMUM_ADDRESSES = 64;
  private static final int MAXIMUM_PODS = 1024;

  private PlatformJson() {}

  /**
   * A Node.
   *
   * @throws DatastoreException with reason {@code MALFORMED_RECORD} if it is not that Node
   */
  static PlatformNode node(String document, String where, String name) throws DatastoreException {
    JsonObject root = parse(document, where);
    if (!name.equals(text(object(root, "metadata"), "name"))) {
      throw malformed(where, "metadata.name is not " + name, null);
    }
    return node(root, where);
  }

  /**
   * One page of a list of Nodes; those that cannot be followed are left out.
   *
   * @param nodes takes them, by name
   * @return what asks for the next page; empty if this is the last
   * @throws DatastoreException with reason {@code MALFORMED_RECORD} if it is not such a list
   */
  static String nodes(String document, String where, Map<String, PlatformNode> nodes)
      throws DatastoreException {
    return page(
        document,
        where,
        (name, item) -> {
          try {
            nodes.put(name, node(item, where));
          } catch (DatastoreException e) {
            // It is asked for by itself, if somebody wants to know.
          }
        });
  }

  /**
   * A text of the metadata of an object or a list.
   *
   * @param maximumBytes what is larger is refused unread
   * @return empty if there is no such text
   * @throws DatastoreException with reason {@code MALFORMED_RECORD} if it is not a JSON object
   */
  static Optional<String> metadata(String document, String where, int maximumBytes, String member)
      throws DatastoreException {
    JsonObject root = parse(document, where, maximumBytes);
    return Optional.ofNullable(text(object(root, "metadata"), member));
  }

  /** Takes one object of a list. */
  interface Item {
    /** An object and its name. */
    void take(String name, JsonObject item);
  }

  /**
   * One page of a list of objects; those without a name are left out.
   *
   * @return what asks for the next page; empty if this is the last
   * @throws DatastoreException with reason {@code MALFORMED_RECORD} if it is not a list
   */
  static String page(String document, String where, Item taker) throws DatastoreException {
    JsonObject root = parse(document, where);
    if (!(root.get("items") instanceof JsonArray items)) {
      throw malformed(where, "items is not a list", null);
    }
    for (JsonElement element : items) {
      String name = text(object(element, "metadata"), "name");
      if (name != null && element instanceof JsonObject item) {
        taker.take(name, item);
      }
    }
    return next(root);
  }

  private static PlatformNode node(JsonObject root, String where) throws DatastoreException {
    Set<InetAddress> addresses = new HashSet<>();
    for (JsonElement element : list(object(root, "status"), "addresses", where)) {
      String type = text(element, "type");
      String address = text(element, "address");
      if (address != null && ("InternalIP".equals(type) || "ExternalIP".equals(type))) {
        addresses.add(host(address, where).address());
      }
    }
    List<IpPrefix> ranges = new ArrayList<>();
    for (JsonElement element : list(object(root, "spec"), "podCIDRs", where)) {
      String range = Members.string(element);
      if (range == null) {
        throw malformed(where, "spec.podCIDRs has an element that is not a string", null);
      }
      try {
        ranges.add(IpPrefix.networkOfCidr(range));
      } catch (AddressException e) {
        throw malformed(where, "spec.podCIDRs: " + e.getMessage(), e);
      }
    }
    return PlatformNode.of(addresses, PrefixSet.of(ranges));
  }

  /**
   * One page of a list of Pods.
   *
   * @param addresses takes the addresses of those that have a network of their own and have not
   *     ended
   * @return what asks for the next page; empty if this is the last
   * @throws DatastoreException with reason {@code MALFORMED_RECORD} if it is not such a list
   */
  static String pods(String document, String where, Collection<IpPrefix> addresses)
      throws DatastoreException {
    JsonObject root = parse(document, where);
    if (!(root.get("items") instanceof JsonArray items) || items.size() > MAXIMUM_PODS) {
      throw malformed(where, "items is not a list of at most " + MAXIMUM_PODS, null);
    }
    for (JsonElement pod : items) {
      JsonObject status = object(pod, "status");
      String phase = text(status, "phase");
      boolean ended = "Succeeded".equals(phase) || "Failed".equals(phase);
      boolean ofTheHost =
          object(pod, "spec").get("hostNetwork") instanceof JsonPrimitive flag
              && flag.isBoolean()
              && flag.getAsBoolean();
      if (!ended && !ofTheHost) {
        for (JsonElement element : list(status, "podIPs", where)) {
          String address = text(element, "ip");
          if (address != null) {
            addresses.add(host(address, where));
          }
        }
      }
    }
    return next(root);
  }

  private static String next(JsonObject list) {
    String next = text(object(list, "metadata"), "continue");
    return next == null ? "" : next;
  }

  private static JsonObject parse(String document, String where) throws DatastoreException {
    return parse(document, where, MAXIMUM_BYTES);
  }

  private static JsonObject parse(String document, String where, int maximumBytes)
      throws DatastoreException {
    try {
      byte[] bytes = document.getBytes(StandardCharsets.UTF_8);
      if (StrictJson.parse(bytes, Dialect.EXACT, maximumBytes) instanceof JsonObject root) {
        return root;
      }
      throw malformed(where, "is not an object", null);
    } catch (JsonException e) {
      throw malformed(where, String.valueOf(e.getMessage()), e);
    }
  }

  private static IpPrefix host(String text, String where) throws DatastoreException {
    try {
      return IpPrefix.ofHost(text);
    } catch (AddressException e) {
      throw malformed(where, String.valueOf(e.getMessage()), e);
    }
  }

  /** The object of that name; one without members if there is none. */
  private static JsonObject object(JsonElement parent, String name) {
    return parent instanceof JsonObject object && object.get(name) instanceof JsonObject child
        ? child
        : new JsonObject();
  }

  private static @Nullable String text(JsonElement parent, String name) {
    return parent instanceof JsonObject object && object.get(name) instanceof JsonPrimitive value
        ? Members.string(value)
        : null;
  }

  private static JsonArray list(JsonObject parent, String name, String where)
      throws DatastoreException {
    if (!(parent.get(name) instanceof JsonArray list)) {
      return new JsonArray();
    }
    if (list.size() > MAXIMUM_ADDRESSES) {
      throw malformed(where, name + " has more than " + MAXIMUM_ADDRESSES + " elements", null);
    }
    return list;
  }

  private static DatastoreException malformed(
      String where, String detail, @Nullable Throwable cause) {
    return new DatastoreException(Reason.MALFORMED_RECORD, where, detail, cause);
  }
}
