package dev.azwg.wg.device;

import dev.azwg.wg.key.PrivateKey;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Changes to a WireGuard device, applied in the order in which they stand; what is absent stays as
 * it is.
 *
 * @param privateKey the device's new key; a peer that has the same public key is dropped by the
 *     device
 * @param listenPort the UDP port, 0 lets the kernel choose
 * @param fwmark the mark of the encrypted packets, 0 for none; an unsigned number
 * @param replacePeers remove all present peers first, with the loss of their sessions
 * @param peers changes to peers
 */
public record DeviceConfig(
    Optional<PrivateKey> privateKey,
    OptionalInt listenPort,
    OptionalInt fwmark,
    boolean replacePeers,
    List<PeerConfig> peers) {
  public DeviceConfig {
    peers = List.copyOf(peers);
    if (listenPort.isPresent() && (listenPort.getAsInt() < 0 || listenPort.getAsInt() > 0xffff)) {
      throw new IllegalArgumentException("a listen port is 0 to 65535");
    }
  }

  /** Starts a change. */
  public static Builder builder() {
    return new Builder();
  }

  /** A change of peers and nothing else. */
  public static DeviceConfig ofPeers(List<PeerConfig> peers) {
    return new DeviceConfig(
        Optional.empty(), OptionalInt.empty(), OptionalInt.empty(), false, peers);
  }

  /** Whether nothing would change. */
  public boolean isEmpty() {
    return privateKey.isEmpty()
        && listenPort.isEmpty()
        && fwmark.isEmpty()
        && !replacePeers
        && peers.isEmpty();
  }

  /** This change with other peers. */
  public DeviceConfig withPeers(List<PeerConfig> others) {
    return new DeviceConfig(privateKey, listenPort, fwmark, replacePeers, others);
  }

  /** Collects the changes to a device. */
  public static final class Builder {
    private final List<PeerConfig> peers = new ArrayList<>();
    private Optional<PrivateKey> privateKey = Optional.empty();
    private OptionalInt listenPort = OptionalInt.empty();
    private OptionalInt fwmark = OptionalInt.empty();
    private boolean replacePeers;

    private Builder() {}

    /** Sets the device's key. The caller keeps it and wipes it after the configuration. */
    public Builder privateKey(PrivateKey key) {
      privateKey = Optional.of(key);
      return this;
    }

    /** Sets the UDP port; 0 lets the kernel choose. */
    public Builder listenPort(int port) {
      listenPort = OptionalInt.of(port);
      return this;
    }

    /** Sets the mark of the encrypted packets; 0 for none. */
    public Builder fwmark(int mark) {
      fwmark = OptionalInt.of(mark);
      return this;
    }

    /** Removes all present peers first, with the loss of their sessions. */
    public Builder replacePeers() {
      replacePeers = true;
      return this;
    }

    /** Adds the change of a peer. */
    public Builder peer(PeerConfig peer) {
      peers.add(peer);
      return this;
    }

    /** Adds the changes of peers. */
    public Builder peers(Collection<PeerConfig> more) {
      peers.addAll(more);
      return this;
    }

    /** The change. */
    public DeviceConfig build() {
      return new DeviceConfig(privateKey, listenPort, fwmark, replacePeers, peers);
    }
  }
}
