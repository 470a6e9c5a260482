package dev.azwg.wg.device;

import dev.azwg.ipam.address.AddressException;
import dev.azwg.ipam.address.IpPrefix;
import dev.azwg.wg.key.KeyFormatException;
import dev.azwg.wg.key.PublicKey;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The peer that takes over addresses on their way out of a device that cannot remove one allowed IP
 * in place.
 *
 * <p>Replacing the list of the peer that has the address would leave all its other addresses
 * without an owner for a moment, and packets would be lost. Giving the address to another peer is
 * one atomic step, and so is removing that peer. The parked peer exists only between two steps of
 * one request. A client that is killed there leaves it behind: whoever sees its key among the peers
 * may remove it.
 */
public final class ParkedPeer {
  /**
   * SHA-256 of "azwg parked peer". As it was not computed from a private key, nobody can complete a
   * handshake with it.
   */
  public static final PublicKey KEY = key("aiewXelZR0LETCakARC1jvLdZ7cXLey4xYjBbtpTfrA=");

  /** The address to try a removal with: of TEST-NET-1 (RFC 5737), which nobody has. */
  public static final IpPrefix PROBE = host("192.0.2.1");

  private ParkedPeer() {}

  /**
   * The same change in the form that the device can carry out. The device is asked only if there is
   * something to remove.
   *
   * @throws WireGuardException if it has to be asked and does not answer
   */
  public static DeviceConfig asDeviceTakesIt(
      WireGuardClient client, String name, DeviceConfig config) throws WireGuardException {
    if (!removes(config)) {
      return config;
    }
    return client.canRemoveAllowedIp(name) ? withoutMoves(config) : parkRemovals(config);
  }

  private static boolean removes(DeviceConfig config) {
    return config.peers().stream().anyMatch(peer -> !peer.removedAllowedIps().isEmpty());
  }

  /**
   * Removals without those that an addition in the same change makes needless: the addition moves
   * the address in one step.
   */
  public static DeviceConfig withoutMoves(DeviceConfig config) {
    if (!removes(config)) {
      return config;
    }
    Set<IpPrefix> added = new HashSet<>();
    config.peers().forEach(peer -> added.addAll(peer.allowedIps()));
    return config.withPeers(
        config.peers().stream()
            .map(peer ->
                withRemovals(
                    peer,
                    peer.removedAllowedIps().stream()
                        .filter(prefix -> !added.contains(prefix))
                        .toList()))
            .toList());
  }

  /** The same change for a device that cannot remove one allowed IP in place. */
  public static DeviceConfig parkRemovals(DeviceConfig config) {
    Set<IpPrefix> parked = new LinkedHashSet<>();
    List<PeerConfig> peers = new ArrayList<>();
    for (PeerConfig peer : withoutMoves(config).peers()) {
      parked.addAll(peer.removedAllowedIps());
      peers.add(withRemovals(peer, List.of()));
    }
    if (!parked.isEmpty()) {
      peers.add(PeerConfig.builder(KEY).replaceAllowedIps().allowedIps(parked).build());
      peers.add(PeerConfig.removal(KEY));
    }
    return config.withPeers(peers);
  }

  private static PeerConfig withRemovals(PeerConfig peer, List<IpPrefix> removed) {
    return peer.removedAllowedIps().equals(removed)
        ? peer
        : new PeerConfig(
            peer.publicKey(),
            peer.remove(),
            peer.updateOnly(),
            peer.presharedKey(),
            peer.endpoint(),
            peer.persistentKeepalive(),
            peer.replaceAllowedIps(),
            peer.allowedIps(),
            removed);
  }

  private static PublicKey key(String base64) {
    try {
      return PublicKey.parse(base64);
    } catch (KeyFormatException e) {
      throw new IllegalStateException(e);
    }
  }

  private static IpPrefix host(String address) {
    try {
      return IpPrefix.ofHost(address);
    } catch (AddressException e) {
      throw new IllegalStateException(e);
    }
  }
}
