package dev.azwg.wg.device;

import dev.azwg.wg.key.PublicKey;
import java.util.List;
import java.util.Optional;

/**
 * A WireGuard device as observed. It never holds the private key: the public key tells whether the
 * device has the right one.
 *
 * @param name the interface's name
 * @param publicKey the device's own key, empty if it has no private key
 * @param listenPort the UDP port, 0 if none is bound
 * @param fwmark the mark of the encrypted packets, 0 if none; an unsigned number
 * @param peers the peers in the order in which the device reports them, each key once
 */
public record Device(
    String name, Optional<PublicKey> publicKey, int listenPort, int fwmark, List<Peer> peers) {
  public Device {
    peers = List.copyOf(peers);
  }

  /** The peer with that key. Searches all peers: build a map to look many up. */
  public Optional<Peer> peer(PublicKey key) {
    return peers.stream().filter(peer -> peer.publicKey().equals(key)).findFirst();
  }
}
