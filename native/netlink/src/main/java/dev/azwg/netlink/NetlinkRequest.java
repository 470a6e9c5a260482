package dev.azwg.netlink;

import java.nio.ByteBuffer;

/**
 * One message to the kernel, still without sequence and port number: those are the socket's.
 *
 * <p>The attributes are read when the request is sent; writers are not shared between requests.
 */
public final class NetlinkRequest {
  private final String operation;
  private final int type;
  private final int flags;
  private final byte[] header;
  private final AttributeWriter attributes;

  /**
   * @param operation the name for errors, such as {@code RTM_NEWROUTE}
   * @param type {@code nlmsg_type}
   * @param flags {@code NLM_F_} flags besides REQUEST, ACK and DUMP, which the socket sets
   * @param header the protocol's fixed header, a multiple of four bytes
   */
  public NetlinkRequest(
      String operation, int type, int flags, byte[] header, AttributeWriter attributes) {
    if (header.length != AttributeWriter.align(header.length)) {
      throw new IllegalArgumentException("a header of " + header.length + " bytes");
    }
    this.operation = operation;
    this.type = type;
    this.flags = flags;
    this.header = header.clone();
    this.attributes = attributes;
  }

  public String operation() {
    return operation;
  }

  /** Bytes of the whole message. */
  public int length() {
    return NetlinkMessage.HEADER_LENGTH + header.length + attributes.size();
  }

  void encode(ByteBuffer target, int extraFlags, int sequence, int portId) {
    NetlinkMessage.writeHeader(
        target,
        length(),
        type,
        flags | extraFlags | NetlinkConstants.NLM_F_REQUEST,
        sequence,
        portId);
    target.put(header);
    attributes.copyTo(target);
  }

  /** The message as it goes out, with {@code NLM_F_REQUEST}; for tests and traces. */
  public byte[] toByteArray(int sequence, int portId) {
    ByteBuffer buffer = ByteBuffer.allocate(length()).order(java.nio.ByteOrder.nativeOrder());
    encode(buffer, 0, sequence, portId);
    return buffer.array();
  }
}
