package dev.azwg.netlink;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * Reads netlink attributes one after the other: {@link #next()} goes to the next one, then {@link
 * #type()} names it and one of the value methods reads it.
 *
 * <pre>{@code
 * while (attributes.next()) {
 *   switch (attributes.type()) {
 *     case IFLA_MTU -> mtu = attributes.u32();
 *     case IFLA_IFNAME -> name = attributes.string();
 *     default -> {} // a newer kernel may tell more
 *   }
 * }
 * }</pre>
 *
 * <p>Nothing that was received is trusted: each length is checked against what encloses it, each
 * value against the length that its type must have. A fault is a {@link NetlinkException} with
 * {@link NetlinkException.Reason#MALFORMED} and the offset from the start of the message; no other
 * exception can come out of received bytes. Not thread-safe.
 */
public final class AttributeReader {
  private final String operation;
  private final ByteBuffer message;
  private final int end;
  private int nextOffset;
  private int offset = -1;
  private int length;

  /**
   * @param operation the name for errors
   * @param message a whole message in native byte order
   * @param from where the first attribute starts in it
   * @param end where the last attribute ends in it
   */
  AttributeReader(String operation, ByteBuffer message, int from, int end) {
    this.operation = operation;
    this.message = message;
    this.nextOffset = from;
    this.end = end;
  }

  /** A reader of bytes that hold nothing but attributes; offsets count from their start. */
  public static AttributeReader of(String operation, byte[] attributes) {
    ByteBuffer buffer = ByteBuffer.wrap(attributes).order(ByteOrder.nativeOrder());
    return new AttributeReader(operation, buffer, 0, attributes.length);
  }

  /** Goes to the next attribute; false after the last one. */
  public boolean next() throws NetlinkException {
    int remaining = end - nextOffset;
    if (remaining <= 0) {
      offset = -1;
      return false;
    }
    if (remaining < AttributeWriter.HEADER_LENGTH) {
      throw NetlinkException.malformed(
          operation, remaining + " bytes are too few for an attribute", nextOffset);
    }
    int claimed = Short.toUnsignedInt(message.getShort(nextOffset));
    if (claimed < AttributeWriter.HEADER_LENGTH || claimed > remaining) {
      throw NetlinkException.malformed(
          operation,
          "an attribute claims " + claimed + " of " + remaining + " remaining bytes",
          nextOffset);
    }
    offset = nextOffset;
    length = claimed - AttributeWriter.HEADER_LENGTH;
    // The padding of the last attribute may be missing.
    nextOffset = Math.min(end, offset + AttributeWriter.align(claimed));
    return true;
  }

  /** The current attribute's number, without the flag bits. */
  public int type() {
    return rawType() & NetlinkConstants.NLA_TYPE_MASK;
  }

  /** Whether the sender said that the content is attributes (NLA_F_NESTED); many do not say so. */
  public boolean isNested() {
    return (rawType() & NetlinkConstants.NLA_F_NESTED) != 0;
  }

  /** Bytes of the current attribute's content. */
  public int length() {
    requireCurrent();
    return length;
  }

  /** Where the current attribute starts, in bytes from the start of the message. */
  public int offset() {
    requireCurrent();
    return offset;
  }

  /** 0 to 255. */
  public int u8() throws NetlinkException {
    return Byte.toUnsignedInt(message.get(content(Byte.BYTES)));
  }

  /** 0 to 65535. */
  public int u16() throws NetlinkException {
    return Short.toUnsignedInt(message.getShort(content(Short.BYTES)));
  }

  /** 0 to 65535, sent in network byte order. */
  public int u16BigEndian() throws NetlinkException {
    int at = content(Short.BYTES);
    return Byte.toUnsignedInt(message.get(at)) << 8 | Byte.toUnsignedInt(message.get(at + 1));
  }

  /** All 32 bits; the caller knows whether they are signed. */
  public int u32() throws NetlinkException {
    return message.getInt(content(Integer.BYTES));
  }

  /** All 32 bits, sent in network byte order. */
  public int u32BigEndian() throws NetlinkException {
    int value = u32();
    return ByteOrder.nativeOrder() == ByteOrder.BIG_ENDIAN ? value : Integer.reverseBytes(value);
  }

  /** All 64 bits; the caller knows whether they are signed. */
  public long u64() throws NetlinkException {
    return message.getLong(content(Long.BYTES));
  }

  /** A copy of the content. */
  public byte[] bytes() {
    byte[] copy = new byte[length()];
    message.get(offset + AttributeWriter.HEADER_LENGTH, copy);
    return copy;
  }

  /** A copy of the content, which must have exactly this length. */
  public byte[] bytes(int expectedLength) throws NetlinkException {
    content(expectedLength);
    return bytes();
  }

  /** A string in UTF-8, up to the first NUL or the end of the content. */
  public String string() {
    byte[] bytes = bytes();
    int end = 0;
    while (end < bytes.length && bytes[end] != 0) {
      end++;
    }
    return new String(bytes, 0, end, StandardCharsets.UTF_8);
  }

  /**
   * An address in network byte order: 4 bytes are IPv4, 16 are IPv6 (an IPv4-mapped one stays
   * IPv6).
   */
  public InetAddress address() throws NetlinkException {
    return address(0, length());
  }

  /** An address that must have this length, 4 or 16 bytes, and be the whole content. */
  public InetAddress address(int expectedLength) throws NetlinkException {
    return address(0, expectedLength);
  }

  /** An address of this length that follows {@code from} other bytes and ends the content. */
  public InetAddress address(int from, int addressLength) throws NetlinkException {
    if (addressLength != 4 && addressLength != 16) {
      throw fault("an address has 4 or 16 bytes, not " + addressLength);
    }
    int start = content(from + addressLength) + from;
    byte[] address = new byte[addressLength];
    message.get(start, address);
    try {
      return addressLength == 4
          ? InetAddress.getByAddress(address)
          : Inet6Address.getByAddress(null, address, -1);
    } catch (UnknownHostException e) {
      // Thrown for other lengths only.
      throw new IllegalStateException(e);
    }
  }

  /** A reader of the attributes that the current attribute holds. */
  public AttributeReader nested() {
    requireCurrent();
    int from = offset + AttributeWriter.HEADER_LENGTH;
    return new AttributeReader(operation, message, from, from + length);
  }

  /**
   * A reader of attributes in a part of the current attribute's content, for kernel structures that
   * are followed by attributes.
   *
   * @param from where the part starts in the content
   * @param to where it ends
   */
  public AttributeReader nested(int from, int to) throws NetlinkException {
    if (from < 0 || from > to || to > length()) {
      throw fault("has no content from " + from + " to " + to);
    }
    int start = offset + AttributeWriter.HEADER_LENGTH;
    return new AttributeReader(operation, message, start + from, start + to);
  }

  /** A MALFORMED exception that points at the current attribute, for rules of a family. */
  public NetlinkException fault(String detail) {
    return NetlinkException.malformed(operation, "attribute " + type() + ": " + detail, offset());
  }

  private int content(int expectedLength) throws NetlinkException {
    if (length() != expectedLength) {
      throw fault("has " + length + " bytes, not " + expectedLength);
    }
    return offset + AttributeWriter.HEADER_LENGTH;
  }

  private int rawType() {
    requireCurrent();
    return Short.toUnsignedInt(message.getShort(offset + 2));
  }

  private void requireCurrent() {
    if (offset < 0) {
      throw new IllegalStateException("next() has not returned true");
    }
  }
}
