package dev.azwg.wg.host.nft;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import dev.azwg.ipam.address.AddressException;
import dev.azwg.ipam.address.IpPrefix;
import dev.azwg.wg.host.HostException;
import dev.azwg.wg.mesh.SortedPrefixes;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Our table as nft prints it, in a form that compares: without handles and counts, the content of
 * sets of single addresses apart.
 *
 * @param structure counters, sets, chains and rules, one each, in nft's own order
 * @param hosts the content of each set of single addresses
 */
record Listing(String structure, SortedMap<String, SortedSet<IpPrefix>> hosts) {
  private static final Set<String> CHANGING = Set.of("handle", "packets", "bytes");

  Listing {
    hosts = Collections.unmodifiableSortedMap(new TreeMap<>(hosts));
  }

  /**
   * Reads what {@code nft -j list table} has printed.
   *
   * @throws HostException with reason {@code FIREWALL} if a set of addresses holds something else
   */
  static Listing of(JsonArray objects) throws HostException {
    StringBuilder structure = new StringBuilder();
    SortedMap<String, SortedSet<IpPrefix>> hosts = new TreeMap<>();
    for (JsonElement element : objects) {
      if (!(element instanceof JsonObject object) || object.has("metainfo")) {
        continue;
      }
      JsonObject copy = object.deepCopy();
      for (String kind : copy.keySet()) {
        if (copy.get(kind) instanceof JsonObject body) {
          CHANGING.forEach(body::remove);
          if (kind.equals("set") && body.get("name") instanceof JsonPrimitive name) {
            takeHosts(name.getAsString(), body, hosts);
          }
        }
      }
      structure.append(copy).append('\n');
    }
    return new Listing(structure.toString(), hosts);
  }

  private static void takeHosts(
      String set, JsonObject body, SortedMap<String, SortedSet<IpPrefix>> to) throws HostException {
    if (AddressGroup.isInterval(set)) {
      return;
    }
    List<IpPrefix> content = new ArrayList<>();
    if (body.remove("elem") instanceof JsonArray elements) {
      for (JsonElement each : elements) {
        try {
          content.add(IpPrefix.ofHost(each.getAsString()));
        } catch (AddressException | IllegalStateException | UnsupportedOperationException e) {
          throw new HostException(
              HostException.Reason.FIREWALL_REFUSED, set, "holds something else than addresses", e);
        }
      }
    }
    to.put(set, SortedPrefixes.copyOf(content));
  }

  /**
   * What differs from what was left, for people.
   *
   * @param left {@link #structure} of the table when its rules were last written
   * @param state what its sets should hold
   * @return empty if nothing differs
   */
  String difference(@Nullable String left, FirewallState state) {
    if (!structure.equals(left)) {
      return "the rules of table inet " + Firewall.TABLE + " are not as they were left";
    }
    for (Map.Entry<String, SortedSet<IpPrefix>> set : hosts.entrySet()) {
      if (!set.getValue().equals(state.sets().get(set.getKey()))) {
        return "the set " + set.getKey() + " is not as it was left";
      }
    }
    return "";
  }

  /** The counters among the objects that nft has printed. */
  static Map<Counter, Counter.Count> counters(JsonArray objects) {
    Map<String, Counter> names =
        Set.of(Counter.values()).stream()
            .collect(Collectors.toMap(Counter::objectName, each -> each));
    Map<Counter, Counter.Count> counts = new EnumMap<>(Counter.class);
    for (JsonElement element : objects) {
      if (element instanceof JsonObject object
          && object.get("counter") instanceof JsonObject counter
          && counter.get("name") instanceof JsonPrimitive name
          && counter.get("packets") instanceof JsonPrimitive packets
          && counter.get("bytes") instanceof JsonPrimitive bytes) {
        Counter known = names.get(name.getAsString());
        if (known != null) {
          counts.put(known, new Counter.Count(packets.getAsLong(), bytes.getAsLong()));
        }
      }
    }
    return counts;
  }
}
