package dev.azwg.wg.device.kernel;

import static dev.azwg.wg.device.kernel.WireGuardFamily.*;

import dev.azwg.ipam.address.IpPrefix;
import dev.azwg.netlink.AttributeReader;
import dev.azwg.netlink.NetlinkException;
import dev.azwg.netlink.libc.LinuxConstants;
import dev.azwg.wg.device.Device;
import dev.azwg.wg.key.PublicKey;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/** The replies to WG_CMD_GET_DEVICE. The private key in them is never looked at. */
final class GetDeviceDecoder {
  /** {@code struct __kernel_timespec}: seconds and nanoseconds, 64 bits each. */
  private static final int TIMESPEC_LENGTH = 16;

  private GetDeviceDecoder() {}

  static DevicePart decode(AttributeReader attributes) throws NetlinkException {
    Optional<PublicKey> publicKey = Optional.empty();
    OptionalInt listenPort = OptionalInt.empty();
    OptionalInt fwmark = OptionalInt.empty();
    List<PeerPart> peers = new ArrayList<>();
    while (attributes.next()) {
      switch (attributes.type()) {
        case WGDEVICE_A_PUBLIC_KEY ->
            publicKey = Optional.of(PublicKey.of(attributes.bytes(PublicKey.BYTES)));
        case WGDEVICE_A_LISTEN_PORT -> listenPort = OptionalInt.of(attributes.u16());
        case WGDEVICE_A_FWMARK -> fwmark = OptionalInt.of(attributes.u32());
        case WGDEVICE_A_PEERS -> {
          AttributeReader members = attributes.nested();
          while (members.next()) {
            peers.add(peer(members));
          }
        }
        default -> {
          // A newer kernel may tell more.
        }
      }
    }
    return new DevicePart(publicKey.filter(key -> !key.isZero()), listenPort, fwmark, peers);
  }

  /** Puts the parts of a dump together, in the kernel's order. */
  static Device assemble(String name, List<DevicePart> parts) {
    Optional<PublicKey> publicKey = Optional.empty();
    int listenPort = 0;
    int fwmark = 0;
    Map<PublicKey, PeerPart> peers = new LinkedHashMap<>();
    for (DevicePart part : parts) {
      publicKey = publicKey.or(part::publicKey);
      listenPort = part.listenPort().orElse(listenPort);
      fwmark = part.fwmark().orElse(fwmark);
      for (PeerPart peer : part.peers()) {
        PeerPart earlier = peers.putIfAbsent(peer.publicKey().orElseThrow(), peer);
        if (earlier != null) {
          earlier.append(peer);
        }
      }
    }
    return new Device(
        name,
        publicKey,
        listenPort,
        fwmark,
        peers.values().stream().map(PeerPart::toPeer).toList());
  }

  private static PeerPart peer(AttributeReader member) throws NetlinkException {
    PeerPart peer = new PeerPart();
    AttributeReader attributes = member.nested();
    while (attributes.next()) {
      switch (attributes.type()) {
        case WGPEER_A_PUBLIC_KEY -> peer.publicKey(PublicKey.of(attributes.bytes(PublicKey.BYTES)));
        case WGPEER_A_PRESHARED_KEY -> peer.hasPresharedKey(isSet(attributes));
        case WGPEER_A_ENDPOINT -> peer.endpoint(SocketAddress.decode(attributes));
        case WGPEER_A_PERSISTENT_KEEPALIVE_INTERVAL -> peer.persistentKeepalive(attributes.u16());
        case WGPEER_A_LAST_HANDSHAKE_TIME -> peer.lastHandshake(time(attributes));
        case WGPEER_A_RX_BYTES -> peer.rxBytes(attributes.u64());
        case WGPEER_A_TX_BYTES -> peer.txBytes(attributes.u64());
        case WGPEER_A_ALLOWEDIPS -> {
          AttributeReader members = attributes.nested();
          while (members.next()) {
            allowedIp(members).ifPresent(peer::allowedIp);
          }
        }
        default -> {
          // A newer kernel may tell more.
        }
      }
    }
    if (peer.publicKey().isEmpty()) {
      throw member.fault("a peer without a public key");
    }
    return peer;
  }

  private static boolean isSet(AttributeReader attribute) throws NetlinkException {
    int any = 0;
    for (byte b : attribute.bytes(PublicKey.BYTES)) {
      any |= b;
    }
    return any != 0;
  }

  private static Optional<Instant> time(AttributeReader attribute) throws NetlinkException {
    ByteBuffer timespec =
        ByteBuffer.wrap(attribute.bytes(TIMESPEC_LENGTH)).order(ByteOrder.nativeOrder());
    long seconds = timespec.getLong();
    long nanos = timespec.getLong();
    if (seconds == 0 && nanos == 0) {
      return Optional.empty();
    }
    try {
      return Optional.of(Instant.ofEpochSecond(seconds, nanos));
    } catch (DateTimeException | ArithmeticException e) {
      throw attribute.fault("a time that is out of range");
    }
  }

  /**
   * Empty for an IPv4-mapped IPv6 prefix, which only a foreign tool can have set and which never
   * matches a packet.
   */
  private static Optional<IpPrefix> allowedIp(AttributeReader member) throws NetlinkException {
    int family = -1;
    int length = -1;
    Optional<InetAddress> address = Optional.empty();
    AttributeReader attributes = member.nested();
    while (attributes.next()) {
      switch (attributes.type()) {
        case WGALLOWEDIP_A_FAMILY -> family = attributes.u16();
        case WGALLOWEDIP_A_IPADDR -> address = Optional.of(attributes.address());
        case WGALLOWEDIP_A_CIDR_MASK -> length = attributes.u8();
        default -> {
          // A newer kernel may tell more.
        }
      }
    }
    int bytes = address.map(InetAddress::getAddress).map(array -> array.length).orElse(0);
    if (bytes == 0
        || (bytes == 4) != (family == LinuxConstants.AF_INET)
        || (bytes == 16) != (family == LinuxConstants.AF_INET6)
        || length < 0) {
      throw member.fault("an allowed IP whose family, address and length do not fit together");
    }
    try {
      IpPrefix prefix = new IpPrefix(address.orElseThrow(), length);
      return prefix.isIpv4() == (bytes == 4) ? Optional.of(prefix) : Optional.empty();
    } catch (IllegalArgumentException e) {
      if (bytes == 16 && isMapped(address.orElseThrow().getAddress())) {
        return Optional.empty();
      }
      throw member.fault("an allowed IP that is no prefix");
    }
  }

  private static boolean isMapped(byte[] address) {
    for (int i = 0; i < 10; i++) {
      if (address[i] != 0) {
        return false;
      }
    }
    return address[10] == (byte) 0xff && address[11] == (byte) 0xff;
  }
}
