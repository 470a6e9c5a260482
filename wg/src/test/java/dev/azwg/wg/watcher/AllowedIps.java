package dev.azwg.wg.watcher;

import dev.azwg.netlink.testing.TestNamespace;
import dev.azwg.wg.key.PublicKey;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What {@code wg show DEVICE allowed-ips} prints: the addresses of each peer, hosts without /32.
 */
record AllowedIps(TreeMap<String, Set<String>> byKey) {
  static AllowedIps of(TestNamespace namespace, String device) {
    TreeMap<String, Set<String>> byKey = new TreeMap<>();
    for (String line : namespace.exec("wg", "show", device, "allowed-ips").lines().toList()) {
      String[] fields = line.split("\\s+", -1);
      Set<String> addresses = new TreeSet<>();
      for (int i = 1; i < fields.length; i++) {
        if (!fields[i].isEmpty() && !fields[i].equals("(none)")) {
          addresses.add(fields[i].replaceFirst("/(32|128)$", ""));
        }
      }
      byKey.put(fields[0], addresses);
    }
    return new AllowedIps(byKey);
  }

  /** The addresses of a peer, empty if there is no such peer. */
  Set<String> of(PublicKey key) {
    return byKey.getOrDefault(key.toString(), Set.of());
  }

  boolean has(PublicKey key) {
    return byKey.containsKey(key.toString());
  }

  Set<String> all() {
    Set<String> all = new TreeSet<>();
    byKey.values().forEach(all::addAll);
    return all;
  }
}
