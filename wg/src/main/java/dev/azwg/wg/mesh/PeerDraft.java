package dev.azwg.wg.mesh;

import dev.azwg.ipam.address.IpPrefix;
import dev.azwg.wg.device.Endpoint;
import dev.azwg.wg.key.PublicKey;
import java.net.Inet6Address;
import java.util.ArrayList;
import java.util.List;

/** A peer while it is planned: its allowed IPs are collected as addresses are given to nodes. */
final class PeerDraft {
  private final String node;
  private final PublicKey key;
  private final Endpoint endpoint;
  private final PeerUse use;
  private final List<IpPrefix> addresses;
  private final List<IpPrefix> allowedIps = new ArrayList<>();

  /**
   * A peer without allowed IPs.
   *
   * @param addresses the node's own addresses, from any of which its encrypted packets may come
   */
  PeerDraft(String node, PublicKey key, Endpoint endpoint, PeerUse use, List<IpPrefix> addresses) {
    this.node = node;
    this.key = key;
    this.endpoint = endpoint;
    this.use = use;
    this.addresses = List.copyOf(addresses);
  }

  PublicKey key() {
    return key;
  }

  List<IpPrefix> addresses() {
    return addresses;
  }

  boolean outerIpv6() {
    return endpoint.address() instanceof Inet6Address;
  }

  boolean tunnelled() {
    return use.tunnelled();
  }

  void allow(IpPrefix prefix) {
    allowedIps.add(prefix);
  }

  DesiredPeer peer() {
    return new DesiredPeer(
        node, key, endpoint, SortedPrefixes.copyOf(allowedIps), use.persistentKeepalive());
  }
}
