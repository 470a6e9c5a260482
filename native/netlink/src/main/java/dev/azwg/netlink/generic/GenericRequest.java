package dev.azwg.netlink.generic;

import dev.azwg.netlink.AttributeWriter;
import dev.azwg.netlink.NetlinkMessage;
import dev.azwg.netlink.NetlinkRequest;
import java.nio.ByteBuffer;

/**
 * A command to a family.
 *
 * @param operation the command's name for errors, such as {@code WG_CMD_SET_DEVICE}
 * @param family whom it is for
 * @param command the command's number
 * @param flags {@code NLM_F_} flags besides REQUEST, ACK and DUMP, which the socket sets
 * @param attributes read when the request is sent
 */
public record GenericRequest(
    String operation, GenericFamily family, int command, int flags, AttributeWriter attributes) {
  /** Bytes of {@code struct genlmsghdr}: command, version, 16 reserved bits. */
  static final int GENLMSGHDR_LENGTH = 4;

  /** Bytes of a message besides its attributes. */
  public static final int OVERHEAD = NetlinkMessage.HEADER_LENGTH + GENLMSGHDR_LENGTH;

  /** A request without further flags. */
  public GenericRequest(
      String operation, GenericFamily family, int command, AttributeWriter attributes) {
    this(operation, family, command, 0, attributes);
  }

  NetlinkRequest encode() {
    byte[] header =
        ByteBuffer.allocate(GENLMSGHDR_LENGTH)
            .put((byte) command)
            .put((byte) family.version())
            .array();
    return new NetlinkRequest(operation, family.id(), flags, header, attributes);
  }
}
