package dev.azwg.wg.device.kernel;

import dev.azwg.wg.key.PublicKey;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What one message of a dump tells. The first message has the device's own attributes; a peer with
 * many allowed IPs goes on in the next, with nothing but its key and more of them.
 */
record DevicePart(
    Optional<PublicKey> publicKey,
    OptionalInt listenPort,
    OptionalInt fwmark,
    List<PeerPart> peers) {
  DevicePart {
    peers = List.copyOf(peers);
  }
}
