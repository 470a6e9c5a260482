package dev.azwg.wg.watcher;

import dev.azwg.wg.key.PublicKey;
import dev.azwg.wg.mesh.PeerRecord;
import java.net.InetAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Who the peers of an adopted device are: of the records that name a peer's key, the one that has
 * the address the peer is at. Without it a restart would be the moment to take a key over.
 */
final class Incumbents {
  private Incumbents() {}

  static Map<PublicKey, String> of(Map<PublicKey, InetAddress> peers, List<PeerRecord> records) {
    Map<PublicKey, String> incumbents = new HashMap<>();
    for (PeerRecord record : records) {
      PublicKey key = record.publicKey().orElse(null);
      InetAddress at = key == null ? null : peers.get(key);
      if (key != null && at != null && record.nodeAddresses().contains(at)) {
        incumbents.put(key, record.node());
      }
    }
    return incumbents;
  }
}
