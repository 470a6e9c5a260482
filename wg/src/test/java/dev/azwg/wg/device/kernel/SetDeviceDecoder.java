package dev.azwg.wg.device.kernel;

import static dev.azwg.wg.device.kernel.WireGuardFamily.*;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.azwg.ipam.address.IpPrefix;
import dev.azwg.netlink.AttributeReader;
import dev.azwg.netlink.NetlinkException;
import dev.azwg.wg.device.DeviceConfig;
import dev.azwg.wg.device.PeerConfig;
import dev.azwg.wg.key.PresharedKey;
import dev.azwg.wg.key.PrivateKey;
import dev.azwg.wg.key.PublicKey;
import java.net.InetAddress;
import java.util.Optional;

/** Reads a request as the kernel does: nested attributes must be marked as such. */
final class SetDeviceDecoder {
  private SetDeviceDecoder() {}

  static DeviceConfig decode(byte[] message) throws NetlinkException {
    DeviceConfig.Builder device = DeviceConfig.builder();
    AttributeReader attributes = AttributeReader.of("WG_CMD_SET_DEVICE", message);
    boolean named = false;
    while (attributes.next()) {
      switch (attributes.type()) {
        case WGDEVICE_A_IFNAME -> named = true;
        case WGDEVICE_A_PRIVATE_KEY -> device.privateKey(PrivateKey.of(attributes.bytes(32)));
        case WGDEVICE_A_LISTEN_PORT -> device.listenPort(attributes.u16());
        case WGDEVICE_A_FWMARK -> device.fwmark(attributes.u32());
        case WGDEVICE_A_FLAGS -> {
          assertEquals(WGDEVICE_F_REPLACE_PEERS, attributes.u32());
          device.replacePeers();
        }
        case WGDEVICE_A_PEERS -> {
          AttributeReader members = nested(attributes);
          while (members.next()) {
            device.peer(peer(nested(members)));
          }
        }
        default -> throw attributes.fault("unknown");
      }
    }
    assertTrue(named, "each message names the device");
    return device.build();
  }

  private static AttributeReader nested(AttributeReader attribute) {
    assertTrue(attribute.isNested(), "NLA_F_NESTED on attribute " + attribute.type());
    return attribute.nested();
  }

  private static PeerConfig peer(AttributeReader attributes) throws NetlinkException {
    assertTrue(attributes.next());
    assertEquals(WGPEER_A_PUBLIC_KEY, attributes.type());
    PublicKey key = PublicKey.of(attributes.bytes(32));
    PeerConfig.Builder peer = PeerConfig.builder(key);
    boolean removed = false;
    while (attributes.next()) {
      switch (attributes.type()) {
        case WGPEER_A_PRESHARED_KEY -> peer.presharedKey(PresharedKey.of(attributes.bytes(32)));
        case WGPEER_A_ENDPOINT -> peer.endpoint(SocketAddress.decode(attributes).orElseThrow());
        case WGPEER_A_PERSISTENT_KEEPALIVE_INTERVAL -> peer.persistentKeepalive(attributes.u16());
        case WGPEER_A_FLAGS -> {
          int flags = attributes.u32();
          removed = (flags & WGPEER_F_REMOVE_ME) != 0;
          if ((flags & WGPEER_F_REPLACE_ALLOWEDIPS) != 0) {
            peer.replaceAllowedIps();
          }
          if ((flags & WGPEER_F_UPDATE_ONLY) != 0) {
            peer.updateOnly();
          }
        }
        case WGPEER_A_ALLOWEDIPS -> {
          AttributeReader members = nested(attributes);
          while (members.next()) {
            allowedIp(nested(members), peer);
          }
        }
        default -> throw attributes.fault("unknown");
      }
    }
    return removed ? PeerConfig.removal(key) : peer.build();
  }

  private static void allowedIp(AttributeReader attributes, PeerConfig.Builder peer)
      throws NetlinkException {
    int family = 0;
    int length = 0;
    int flags = 0;
    Optional<InetAddress> address = Optional.empty();
    while (attributes.next()) {
      switch (attributes.type()) {
        case WGALLOWEDIP_A_FAMILY -> family = attributes.u16();
        case WGALLOWEDIP_A_IPADDR -> address = Optional.of(attributes.address());
        case WGALLOWEDIP_A_CIDR_MASK -> length = attributes.u8();
        case WGALLOWEDIP_A_FLAGS -> flags = attributes.u32();
        default -> throw attributes.fault("unknown");
      }
    }
    IpPrefix prefix = new IpPrefix(address.orElseThrow(), length);
    assertEquals(prefix.isIpv4() ? 2 : 10, family);
    if ((flags & WGALLOWEDIP_F_REMOVE_ME) != 0) {
      peer.removeAllowedIp(prefix);
    } else {
      peer.allowedIp(prefix);
    }
  }
}
