package dev.azwg.wg.device.kernel;

import static dev.azwg.wg.device.kernel.WireGuardFamily.*;

import dev.azwg.ipam.address.IpPrefix;
import dev.azwg.netlink.AttributeWriter;
import dev.azwg.netlink.libc.LinuxConstants;
import dev.azwg.wg.device.DeviceConfig;
import dev.azwg.wg.device.PeerConfig;
import dev.azwg.wg.key.SecretKey;
import java.io.IOException;
import java.util.Arrays;

/**
 * The attributes of WG_CMD_SET_DEVICE, in as many messages as a size limit asks for.
 *
 * <p>A change is cut between peers or between the allowed IPs of one. What goes on in the next
 * message names the peer by its key again, and repeats nothing that would undo or redo what the
 * first part did: no replace flag, no preshared key. Only "update only" is repeated, without which
 * the second part would create the peer that the first one left out. The attributes have the order
 * in which wg(8) sends them.
 */
final class SetDeviceEncoder {
  /** More than one allowed IP with everything that may stand before it needs. */
  static final int MIN_LIMIT = 320;

  /** Where whole messages go; the writer is wiped afterwards. */
  @FunctionalInterface
  interface Sender {
    void send(AttributeWriter attributes) throws IOException;
  }

  private final String name;
  private final int limit;
  private final Sender sender;
  private final AttributeWriter message = new AttributeWriter();
  private int peers;
  private boolean hasPeers;

  /**
   * @param limit bytes of attributes in a message
   */
  SetDeviceEncoder(String name, int limit, Sender sender) {
    if (limit < MIN_LIMIT || limit > AttributeWriter.MAX_LENGTH) {
      throw new IllegalArgumentException("a limit of " + limit + " bytes");
    }
    this.name = name;
    this.limit = limit;
    this.sender = sender;
  }

  /** Sends the change, at least one message. */
  void encode(DeviceConfig config) throws IOException {
    try {
      message.string(WGDEVICE_A_IFNAME, name);
      if (config.privateKey().isPresent()) {
        secret(WGDEVICE_A_PRIVATE_KEY, config.privateKey().get());
      }
      if (config.listenPort().isPresent()) {
        message.u16(WGDEVICE_A_LISTEN_PORT, config.listenPort().getAsInt());
      }
      if (config.fwmark().isPresent()) {
        message.u32(WGDEVICE_A_FWMARK, config.fwmark().getAsInt());
      }
      if (config.replacePeers()) {
        message.u32(WGDEVICE_A_FLAGS, WGDEVICE_F_REPLACE_PEERS);
      }
      peers = message.startNested(WGDEVICE_A_PEERS);
      for (PeerConfig peer : config.peers()) {
        peer(peer);
      }
      send();
    } finally {
      message.wipe();
    }
  }

  private void send() throws IOException {
    if (hasPeers) {
      message.endNested(peers);
    } else {
      message.rewind(peers);
    }
    sender.send(message);
    message.wipe();
  }

  private void sendAndGoOn() throws IOException {
    send();
    message.string(WGDEVICE_A_IFNAME, name);
    peers = message.startNested(WGDEVICE_A_PEERS);
    hasPeers = false;
  }

  private void peer(PeerConfig peer) throws IOException {
    int before = message.size();
    int member = head(peer);
    if (message.size() > limit) {
      message.rewind(before);
      sendAndGoOn();
      member = head(peer);
    }
    hasPeers = true;
    AllowedIps allowedIps = new AllowedIps(peer, member);
    for (IpPrefix prefix : peer.allowedIps()) {
      allowedIps.put(prefix, 0);
    }
    for (IpPrefix prefix : peer.removedAllowedIps()) {
      allowedIps.put(prefix, WGALLOWEDIP_F_REMOVE_ME);
    }
    allowedIps.end();
  }

  /** Everything but the allowed IPs. */
  private int head(PeerConfig peer) {
    int member = message.startNested(ARRAY_MEMBER);
    message.bytes(WGPEER_A_PUBLIC_KEY, peer.publicKey().toBytes());
    peer.presharedKey().ifPresent(key -> secret(WGPEER_A_PRESHARED_KEY, key));
    peer.endpoint()
        .ifPresent(endpoint -> message.bytes(WGPEER_A_ENDPOINT, SocketAddress.encode(endpoint)));
    peer.persistentKeepalive()
        .ifPresent(seconds -> message.u16(WGPEER_A_PERSISTENT_KEEPALIVE_INTERVAL, seconds));
    flags(
        (peer.remove() ? WGPEER_F_REMOVE_ME : 0)
            | (peer.replaceAllowedIps() ? WGPEER_F_REPLACE_ALLOWEDIPS : 0)
            | (peer.updateOnly() ? WGPEER_F_UPDATE_ONLY : 0));
    return member;
  }

  private int continuation(PeerConfig peer) {
    int member = message.startNested(ARRAY_MEMBER);
    message.bytes(WGPEER_A_PUBLIC_KEY, peer.publicKey().toBytes());
    flags(peer.updateOnly() ? WGPEER_F_UPDATE_ONLY : 0);
    return member;
  }

  private void flags(int flags) {
    if (flags != 0) {
      message.u32(WGPEER_A_FLAGS, flags);
    }
  }

  private void secret(int type, SecretKey key) {
    byte[] bytes = key.toBytes();
    message.bytes(type, bytes);
    Arrays.fill(bytes, (byte) 0);
  }

  /** The allowed IPs of one peer, in the current message and those after it. */
  private final class AllowedIps {
    private final PeerConfig peer;
    private int member;
    private int list = -1;

    AllowedIps(PeerConfig peer, int member) {
      this.peer = peer;
      this.member = member;
    }

    void put(IpPrefix prefix, int flags) throws IOException {
      int before = message.size();
      boolean opened = list < 0;
      write(prefix, flags);
      if (message.size() > limit) {
        message.rewind(before);
        if (opened) {
          list = -1;
        }
        end();
        sendAndGoOn();
        member = continuation(peer);
        hasPeers = true;
        list = -1;
        write(prefix, flags);
      }
    }

    private void write(IpPrefix prefix, int flags) {
      if (list < 0) {
        list = message.startNested(WGPEER_A_ALLOWEDIPS);
      }
      int start = message.startNested(ARRAY_MEMBER);
      message.u16(
          WGALLOWEDIP_A_FAMILY, prefix.isIpv4() ? LinuxConstants.AF_INET : LinuxConstants.AF_INET6);
      message.address(WGALLOWEDIP_A_IPADDR, prefix.address());
      message.u8(WGALLOWEDIP_A_CIDR_MASK, prefix.length());
      if (flags != 0) {
        message.u32(WGALLOWEDIP_A_FLAGS, flags);
      }
      message.endNested(start);
    }

    void end() {
      if (list >= 0) {
        message.endNested(list);
      }
      message.endNested(member);
    }
  }
}
