package dev.azwg.wg.watcher;

import java.util.Map;
import java.util.TreeMap;

/** What {@code ip route show table} prints: for each prefix the device, or the kind of route. */
final class TunnelTable {
  private TunnelTable() {}

  static Map<String, String> parse(String output) {
    Map<String, String> routes = new TreeMap<>();
    for (String line : output.lines().toList()) {
      String[] words = line.strip().split(" +", -1);
      boolean typed = words[0].equals("throw") || words[0].equals("unreachable");
      String target = typed ? words[0] : words[1].equals("dev") ? words[2] : line;
      routes.put(typed ? words[1] : words[0], target);
    }
    return routes;
  }
}
