package dev.azwg.wg.mesh;

import dev.azwg.wg.key.PublicKey;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.SortedSet;
import java.util.function.BinaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Which node may use which public key. A key identifies one peer, so two nodes with one key cannot
 * both be served. The node that has it in the device now, the incumbent, keeps it: if both lost it,
 * whoever can publish a record could push another node's traffic out of the tunnel.
 */
final class KeyHolders {
  private final Map<PublicKey, String> holders;

  private KeyHolders(Map<PublicKey, String> holders) {
    this.holders = holders;
  }

  /**
   * Decides for every key that a record names.
   *
   * @param incumbents the node that each peer in the device stands for
   * @param findings receives a finding for every node that was refused
   */
  static KeyHolders of(
      LocalNode self,
      Collection<PeerRecord> others,
      Map<PublicKey, String> incumbents,
      SortedSet<Finding> findings) {
    Map<PublicKey, PeerRecord> chosen = new HashMap<>();
    for (PeerRecord record : others) {
      record
          .publicKey()
          .ifPresent(key -> chosen.merge(key, record, preferring(incumbents.get(key))));
    }
    Map<PublicKey, String> holders = new HashMap<>();
    chosen.forEach((key, record) -> holders.put(key, record.node()));
    holders.put(self.publicKey(), self.name());
    for (PeerRecord record : others) {
      record
          .publicKey()
          .filter(key -> !record.node().equals(holders.get(key)))
          .ifPresent(key -> findings.add(duplicate(record, key, holders)));
    }
    return new KeyHolders(holders);
  }

  boolean holds(PeerRecord record) {
    return record.publicKey().map(key -> record.node().equals(holders.get(key))).orElse(false);
  }

  private static BinaryOperator<PeerRecord> preferring(@Nullable String incumbent) {
    return (a, b) -> {
      if (a.node().equals(incumbent)) {
        return a;
      }
      if (b.node().equals(incumbent)) {
        return b;
      }
      int order = a.keySince().compareTo(b.keySince());
      return order < 0 || (order == 0 && a.node().compareTo(b.node()) < 0) ? a : b;
    };
  }

  private static Finding duplicate(
      PeerRecord record, PublicKey key, Map<PublicKey, String> holders) {
    return new Finding(
        Finding.Kind.DUPLICATE_KEY, record.node(), key.toString(), "held by " + holders.get(key));
  }
}
