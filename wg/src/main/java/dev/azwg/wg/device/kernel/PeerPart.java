package dev.azwg.wg.device.kernel;

import dev.azwg.ipam.address.IpPrefix;
import dev.azwg.wg.device.Endpoint;
import dev.azwg.wg.device.Peer;
import dev.azwg.wg.key.PublicKey;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** One peer, or a part of it, while it is put together. */
final class PeerPart {
  private final List<IpPrefix> allowedIps = new ArrayList<>();
  private Optional<PublicKey> publicKey = Optional.empty();
  private Optional<Endpoint> endpoint = Optional.empty();
  private Optional<Instant> lastHandshake = Optional.empty();
  private long rxBytes;
  private long txBytes;
  private int persistentKeepalive;
  private boolean hasPresharedKey;

  Optional<PublicKey> publicKey() {
    return publicKey;
  }

  void publicKey(PublicKey key) {
    publicKey = Optional.of(key);
  }

  void endpoint(Optional<Endpoint> value) {
    endpoint = value;
  }

  void lastHandshake(Optional<Instant> value) {
    lastHandshake = value;
  }

  void rxBytes(long bytes) {
    rxBytes = bytes;
  }

  void txBytes(long bytes) {
    txBytes = bytes;
  }

  void persistentKeepalive(int seconds) {
    persistentKeepalive = seconds;
  }

  void hasPresharedKey(boolean has) {
    hasPresharedKey = has;
  }

  void allowedIp(IpPrefix prefix) {
    allowedIps.add(prefix);
  }

  /** Takes over the allowed IPs of a part that comes after this one. */
  void append(PeerPart later) {
    allowedIps.addAll(later.allowedIps);
  }

  Peer toPeer() {
    return new Peer(
        publicKey.orElseThrow(),
        endpoint,
        allowedIps,
        lastHandshake,
        rxBytes,
        txBytes,
        persistentKeepalive,
        hasPresharedKey);
  }
}
