package dev.azwg.wg.device.kernel;

import static dev.azwg.wg.device.kernel.WireGuardFamily.*;

import dev.azwg.netlink.AttributeWriter;
import dev.azwg.netlink.NetlinkException;
import dev.azwg.netlink.NetlinkMessage;
import dev.azwg.netlink.fake.FakeHandler;
import dev.azwg.netlink.fake.FakeReply;
import dev.azwg.netlink.libc.Errno;
import dev.azwg.wg.device.DeviceConfig;
import dev.azwg.wg.device.ModelDevice;
import dev.azwg.wg.device.PeerConfig;
import java.io.ByteArrayOutputStream;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.UnaryOperator;

/** The wireguard family of a kernel that knows the remove flag, or does not. */
final class FakeWireGuard implements FakeHandler {
  private static final int CONTROLLER = 0x10;
  private static final int CTRL_ATTR_FAMILY_ID = 1;
  private static final int CTRL_ATTR_FAMILY_NAME = 2;
  private static final int CTRL_ATTR_VERSION = 3;
  private static final int GENLMSGHDR_LENGTH = 4;

  private final ModelDevice device = new ModelDevice();
  private final List<DeviceConfig> changes = new ArrayList<>();
  private final Deque<UnaryOperator<FakeReply>> scripted = new ArrayDeque<>();
  private final boolean knowsRemoveFlag;
  private boolean hasModule = true;
  private int family = 0x22;

  FakeWireGuard(boolean knowsRemoveFlag) {
    this.knowsRemoveFlag = knowsRemoveFlag;
  }

  ModelDevice device() {
    return device;
  }

  /** Every change that was asked for, the refused ones included. */
  List<DeviceConfig> changes() {
    return changes;
  }

  /** How the next request to the family is answered. */
  void answerNext(UnaryOperator<FakeReply> answer) {
    scripted.add(answer);
  }

  void unloadModule() {
    hasModule = false;
  }

  /** The module is loaded again and has another number. */
  void reloadModule() {
    family++;
  }

  /** A part of a dump of the family. */
  FakeReply part(FakeReply reply, AttributeWriter attributes) {
    return reply.part(family, payload(attributes));
  }

  @Override
  public List<byte[]> reply(NetlinkMessage request) throws NetlinkException {
    return List.of(answer(request).toDatagram());
  }

  private FakeReply answer(NetlinkMessage request) throws NetlinkException {
    FakeReply reply = FakeReply.to(request);
    if (request.type() == CONTROLLER) {
      return hasModule ? describe(reply).ack() : reply.error(Errno.ENOENT);
    }
    if (request.type() != family || !hasModule) {
      return reply.error(Errno.ENOENT);
    }
    if (!scripted.isEmpty()) {
      return scripted.remove().apply(reply);
    }
    return request.u8(0) == WG_CMD_SET_DEVICE ? set(request, reply) : reply.done();
  }

  private FakeReply describe(FakeReply reply) {
    return reply.message(
        CONTROLLER,
        payload(
            new AttributeWriter()
                .string(CTRL_ATTR_FAMILY_NAME, WG_GENL_NAME)
                .u16(CTRL_ATTR_FAMILY_ID, family)
                .u32(CTRL_ATTR_VERSION, 1)));
  }

  private FakeReply set(NetlinkMessage request, FakeReply reply) throws NetlinkException {
    byte[] message = request.toByteArray();
    int header = NetlinkMessage.HEADER_LENGTH + GENLMSGHDR_LENGTH;
    byte[] attributes = new byte[message.length - header];
    System.arraycopy(message, header, attributes, 0, attributes.length);
    DeviceConfig config = SetDeviceDecoder.decode(attributes);
    changes.add(config);
    for (PeerConfig peer : config.peers()) {
      if (!peer.removedAllowedIps().isEmpty() && !knowsRemoveFlag) {
        // Older kernels create the peer before they come to the attribute that they do not know.
        device.apply(DeviceConfig.ofPeers(List.of(PeerConfig.builder(peer.publicKey()).build())));
        return reply.error(Errno.EINVAL, "Unknown attribute type", 0);
      }
      device.apply(DeviceConfig.ofPeers(List.of(peer)));
    }
    return reply.ack();
  }

  private static byte[] payload(AttributeWriter attributes) {
    ByteArrayOutputStream payload = new ByteArrayOutputStream();
    payload.writeBytes(new byte[] {WG_CMD_GET_DEVICE, 1, 0, 0});
    payload.writeBytes(attributes.toByteArray());
    return payload.toByteArray();
  }
}
