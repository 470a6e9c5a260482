package dev.azwg.wg.host.nft;

import static dev.azwg.wg.host.nft.Expressions.property;
import static dev.azwg.wg.host.nft.Expressions.wrap;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import dev.azwg.ipam.address.IpPrefix;
import java.util.Collection;
import java.util.List;

/**
 * Commands for one run of {@code nft -j -f FILE}: the kernel takes all of them or none. The form is
 * libnftables-json(5).
 */
final class Transaction {
  private final String table;
  private final JsonArray commands = new JsonArray();

  /**
   * No commands yet.
   *
   * @param table the name of the table of family "inet" that all of them are about
   */
  Transaction(String table) {
    this.table = table;
  }

  boolean isEmpty() {
    return commands.isEmpty();
  }

  /** An empty table, whether there was one or not. */
  void replaceTable() {
    // Adding it first makes the deletion succeed.
    command("add", "table", named());
    command("delete", "table", named());
    command("add", "table", named());
  }

  void deleteTable() {
    command("add", "table", named());
    command("delete", "table", named());
  }

  void addCounter(Counter counter) {
    command("add", "counter", named(counter.objectName()));
  }

  void addSet(AddressGroup.NamedSet set) {
    JsonObject definition = named(set.name());
    definition.addProperty("type", set.ipv4() ? "ipv4_addr" : "ipv6_addr");
    if (set.interval()) {
      JsonArray flags = new JsonArray();
      flags.add("interval");
      definition.add("flags", flags);
    }
    command("add", "set", definition);
  }

  void addBaseChain(String chain, String type, String hook, int priority) {
    JsonObject definition = named(chain);
    definition.addProperty("type", type);
    definition.addProperty("hook", hook);
    definition.addProperty("prio", priority);
    definition.addProperty("policy", "accept");
    command("add", "chain", definition);
  }

  void flushChain(String chain) {
    command("flush", "chain", named(chain));
  }

  void addRule(String chain, List<JsonObject> statements) {
    JsonObject rule = inTable();
    rule.addProperty("chain", chain);
    JsonArray expression = new JsonArray();
    statements.forEach(expression::add);
    rule.add("expr", expression);
    command("add", "rule", rule);
  }

  void addElements(String set, Collection<IpPrefix> elements) {
    elements("add", set, elements);
  }

  void deleteElements(String set, Collection<IpPrefix> elements) {
    elements("delete", set, elements);
  }

  private void elements(String verb, String set, Collection<IpPrefix> elements) {
    if (elements.isEmpty()) {
      return;
    }
    JsonArray list = new JsonArray(elements.size());
    elements.forEach(each -> list.add(element(each)));
    JsonObject element = named(set);
    element.add("elem", list);
    command(verb, "element", element);
  }

  private static JsonElement element(IpPrefix prefix) {
    if (prefix.isHost()) {
      return new JsonPrimitive(prefix.addressText());
    }
    JsonObject range = new JsonObject();
    range.addProperty("addr", prefix.addressText());
    range.addProperty("len", prefix.length());
    return wrap("prefix", range);
  }

  private void command(String verb, String object, JsonObject definition) {
    commands.add(wrap(verb, wrap(object, definition)));
  }

  private JsonObject inTable() {
    JsonObject definition = property("family", "inet");
    definition.addProperty("table", table);
    return definition;
  }

  private JsonObject named() {
    JsonObject definition = property("family", "inet");
    definition.addProperty("name", table);
    return definition;
  }

  private JsonObject named(String name) {
    JsonObject definition = inTable();
    definition.addProperty("name", name);
    return definition;
  }

  /** The document that nft reads. */
  @Override
  public String toString() {
    return wrap("nftables", commands).toString();
  }
}
