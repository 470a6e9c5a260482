package dev.azwg.netlink;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * One received message: {@code struct nlmsghdr} and a payload whose lengths have been checked
 * against the datagram that held it. Offsets of the value methods count from the payload's start.
 */
public final class NetlinkMessage {
  /** Bytes of {@code struct nlmsghdr}. */
  public static final int HEADER_LENGTH = 16;

  private static final int LENGTH_OFFSET = 0;
  private static final int TYPE_OFFSET = 4;
  private static final int FLAGS_OFFSET = 6;
  private static final int SEQUENCE_OFFSET = 8;
  private static final int PORT_OFFSET = 12;

  private final String operation;
  private final ByteBuffer bytes;

  private NetlinkMessage(String operation, ByteBuffer bytes) {
    this.operation = operation;
    this.bytes = bytes;
  }

  /**
   * The messages of a datagram.
   *
   * @param operation the name for errors
   * @throws NetlinkException MALFORMED if a message contradicts the datagram's length
   */
  public static List<NetlinkMessage> parse(String operation, byte[] datagram)
      throws NetlinkException {
    ByteBuffer buffer = ByteBuffer.wrap(datagram).order(ByteOrder.nativeOrder());
    List<NetlinkMessage> messages = new ArrayList<>();
    int offset = 0;
    while (offset < datagram.length) {
      int remaining = datagram.length - offset;
      if (remaining < HEADER_LENGTH) {
        throw NetlinkException.malformed(
            operation, remaining + " bytes are too few for a message", offset);
      }
      int length = buffer.getInt(offset + LENGTH_OFFSET);
      if (length < HEADER_LENGTH || length > remaining) {
        throw NetlinkException.malformed(
            operation,
            "a message claims "
                + Integer.toUnsignedString(length)
                + " of "
                + remaining
                + " remaining bytes",
            offset);
      }
      ByteBuffer slice = buffer.slice(offset, length).order(ByteOrder.nativeOrder());
      messages.add(new NetlinkMessage(operation, slice));
      offset += Math.min(remaining, AttributeWriter.align(length));
    }
    return messages;
  }

  static void writeHeader(
      ByteBuffer target, int length, int type, int flags, int sequence, int portId) {
    target
        .putInt(length)
        .putShort((short) type)
        .putShort((short) flags)
        .putInt(sequence)
        .putInt(portId);
  }

  public int type() {
    return Short.toUnsignedInt(bytes.getShort(TYPE_OFFSET));
  }

  public int flags() {
    return Short.toUnsignedInt(bytes.getShort(FLAGS_OFFSET));
  }

  public boolean hasFlags(int flags) {
    return (flags() & flags) == flags;
  }

  public int sequence() {
    return bytes.getInt(SEQUENCE_OFFSET);
  }

  /** {@code nlmsg_pid}: the port that the message answers, 0 for one that nobody asked for. */
  public int portId() {
    return bytes.getInt(PORT_OFFSET);
  }

  public int payloadLength() {
    return bytes.limit() - HEADER_LENGTH;
  }

  /** 0 to 255. */
  public int u8(int offset) throws NetlinkException {
    return Byte.toUnsignedInt(bytes.get(at(offset, Byte.BYTES)));
  }

  /** 0 to 65535. */
  public int u16(int offset) throws NetlinkException {
    return Short.toUnsignedInt(bytes.getShort(at(offset, Short.BYTES)));
  }

  /** All 32 bits; the caller knows whether they are signed. */
  public int u32(int offset) throws NetlinkException {
    return bytes.getInt(at(offset, Integer.BYTES));
  }

  /** The attributes that follow a fixed header of this many bytes in the payload. */
  public AttributeReader attributes(int headerLength) throws NetlinkException {
    if (headerLength > payloadLength()) {
      throw fault("the payload is shorter than its header of " + headerLength + " bytes", 0);
    }
    int from = HEADER_LENGTH + AttributeWriter.align(headerLength);
    return new AttributeReader(operation, bytes, from, bytes.limit());
  }

  /** A MALFORMED exception that points at an offset in the payload. */
  public NetlinkException fault(String detail, int payloadOffset) {
    return NetlinkException.malformed(operation, detail, HEADER_LENGTH + payloadOffset);
  }

  /** The whole message, header included. */
  public byte[] toByteArray() {
    byte[] copy = new byte[bytes.limit()];
    bytes.get(0, copy);
    return copy;
  }

  private int at(int payloadOffset, int size) throws NetlinkException {
    if (payloadOffset < 0 || payloadOffset > payloadLength() - size) {
      throw fault("the payload has only " + payloadLength() + " bytes", payloadOffset);
    }
    return HEADER_LENGTH + payloadOffset;
  }
}
