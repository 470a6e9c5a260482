package dev.azwg.wg.device;

import dev.azwg.ipam.address.IpPrefix;
import dev.azwg.wg.key.PublicKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;

/** What a device does with changes, as drivers/net/wireguard/netlink.c does it. */
public final class ModelDevice {
  private final Map<PublicKey, PeerState> peers = new TreeMap<>();
  private final Map<IpPrefix, PublicKey> owners = new TreeMap<>();
  private final List<String> pskAndFlagChanges = new ArrayList<>();
  private OptionalInt listenPort = OptionalInt.empty();
  private OptionalInt fwmark = OptionalInt.empty();
  private Optional<String> privateKey = Optional.empty();

  /** Applies a change. */
  public void apply(DeviceConfig config) {
    config.privateKey().ifPresent(key -> privateKey = Optional.of(key.publicKey().toString()));
    listenPort = config.listenPort().isPresent() ? config.listenPort() : listenPort;
    fwmark = config.fwmark().isPresent() ? config.fwmark() : fwmark;
    if (config.replacePeers()) {
      peers.clear();
      owners.clear();
      pskAndFlagChanges.add("replace peers");
    }
    config.peers().forEach(this::apply);
  }

  private void apply(PeerConfig config) {
    PublicKey key = config.publicKey();
    if (!peers.containsKey(key) && (config.remove() || config.updateOnly())) {
      return;
    }
    if (config.remove()) {
      peers.remove(key);
      owners.values().removeIf(key::equals);
      return;
    }
    PeerState peer = peers.computeIfAbsent(key, k -> new PeerState());
    config
        .presharedKey()
        .ifPresent(psk -> {
          peer.preshared = !psk.isNone();
          pskAndFlagChanges.add("psk " + key);
        });
    config.endpoint().ifPresent(endpoint -> peer.endpoint = endpoint.toString());
    config.persistentKeepalive().ifPresent(seconds -> peer.keepalive = seconds);
    if (config.replaceAllowedIps()) {
      owners.values().removeIf(key::equals);
      pskAndFlagChanges.add("replace " + key);
    }
    config.allowedIps().forEach(prefix -> owners.put(prefix, key));
    config.removedAllowedIps().forEach(prefix -> owners.remove(prefix, key));
  }

  /** Everything there is to know, the number of replacements included. */
  public String state() {
    return privateKey
        + " "
        + listenPort
        + " "
        + fwmark
        + "\n"
        + peers
        + "\n"
        + owners
        + "\n"
        + pskAndFlagChanges;
  }

  private static final class PeerState {
    private boolean preshared;
    private String endpoint = "";
    private int keepalive;

    @Override
    public String toString() {
      return preshared + " " + endpoint + " " + keepalive;
    }
  }
}
