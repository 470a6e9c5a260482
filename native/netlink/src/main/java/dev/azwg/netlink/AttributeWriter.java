package dev.azwg.netlink;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.Consumer;

/**
 * Writes netlink attributes ({@code struct nlattr}) one after the other, aligned to four bytes.
 *
 * <p>Numbers are in native byte order unless the method's name says otherwise. {@link #size()} and
 * {@link #rewind(int)} let a caller fill a message up to a limit: note the size, write an item, and
 * go back if the item was one too many. Not thread-safe.
 */
public final class AttributeWriter {
  /** Bytes of {@code struct nlattr}: length and type, 16 bits each. */
  public static final int HEADER_LENGTH = 4;

  /** The longest attribute, header included, that the 16-bit length can tell. */
  public static final int MAX_LENGTH = 0xffff;

  private ByteBuffer buffer = ByteBuffer.allocate(128).order(ByteOrder.nativeOrder());

  /** The bytes that an attribute with this much content takes, with header and padding. */
  public static int sizeOf(int contentLength) {
    return align(HEADER_LENGTH + contentLength);
  }

  static int align(int length) {
    return (length + 3) & ~3;
  }

  /** Bytes written so far, always a multiple of four. */
  public int size() {
    return buffer.position();
  }

  /**
   * Takes back everything written after the writer had this size. The size must be one that {@link
   * #size()} returned while the same nested attributes were open.
   */
  public AttributeWriter rewind(int size) {
    if (size < 0 || size > size() || size != align(size)) {
      throw new IllegalArgumentException("cannot rewind to " + size + " of " + size());
    }
    // What is taken back may be a key, and the space is used again for padding: leave zeros.
    Arrays.fill(buffer.array(), size, buffer.position(), (byte) 0);
    buffer.position(size);
    return this;
  }

  /** An attribute without content, whose presence is its meaning (NLA_FLAG). */
  public AttributeWriter flag(int type) {
    header(type, 0);
    return this;
  }

  public AttributeWriter u8(int type, int value) {
    header(type, Byte.BYTES).put((byte) value);
    return pad();
  }

  public AttributeWriter u16(int type, int value) {
    header(type, Short.BYTES).putShort((short) value);
    return pad();
  }

  public AttributeWriter u16BigEndian(int type, int value) {
    header(type, Short.BYTES).put((byte) (value >>> 8)).put((byte) value);
    return pad();
  }

  /** All 32 bits of {@code value}, signed or not. */
  public AttributeWriter u32(int type, int value) {
    header(type, Integer.BYTES).putInt(value);
    return this;
  }

  public AttributeWriter u32BigEndian(int type, int value) {
    header(type, Integer.BYTES);
    buffer.order(ByteOrder.BIG_ENDIAN).putInt(value).order(ByteOrder.nativeOrder());
    return this;
  }

  /** All 64 bits of {@code value}, signed or not. */
  public AttributeWriter u64(int type, long value) {
    header(type, Long.BYTES).putLong(value);
    return this;
  }

  public AttributeWriter bytes(int type, byte[] value) {
    return bytes(type, value, 0, value.length);
  }

  public AttributeWriter bytes(int type, byte[] value, int offset, int length) {
    header(type, length).put(value, offset, length);
    return pad();
  }

  /** An address in network byte order: 4 or 16 bytes. */
  public AttributeWriter address(int type, InetAddress address) {
    return bytes(type, address.getAddress());
  }

  /** A string in UTF-8 with the terminating NUL that the kernel expects (NLA_NUL_STRING). */
  public AttributeWriter string(int type, String value) {
    if (value.indexOf('\0') >= 0) {
      throw new IllegalArgumentException("a netlink string cannot contain NUL");
    }
    byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
    header(type, bytes.length + 1).put(bytes).put((byte) 0);
    return pad();
  }

  /** An attribute whose content are the attributes that {@code content} writes. */
  public AttributeWriter nested(int type, Consumer<AttributeWriter> content) {
    int start = startNested(type);
    content.accept(this);
    return endNested(start);
  }

  /**
   * Opens a nested attribute; everything up to {@link #endNested} becomes its content. To be
   * preferred to {@link #nested} where the number of items depends on what still fits.
   *
   * @return the mark for {@link #endNested}
   */
  public int startNested(int type) {
    int start = size();
    header(type | NetlinkConstants.NLA_F_NESTED, 0);
    return start;
  }

  /**
   * Closes the nested attribute that {@link #startNested} opened.
   *
   * @throws IllegalArgumentException if it has become longer than {@link #MAX_LENGTH}
   */
  public AttributeWriter endNested(int start) {
    buffer.putShort(start, (short) checkedLength(size() - start));
    return this;
  }

  /** The attributes as bytes. */
  public byte[] toByteArray() {
    return Arrays.copyOf(buffer.array(), size());
  }

  /** Overwrites all that was ever written, for attributes that hold a secret; size is 0 after. */
  public void wipe() {
    Arrays.fill(buffer.array(), (byte) 0);
    buffer.clear();
  }

  void copyTo(ByteBuffer target) {
    target.put(buffer.array(), 0, size());
  }

  private ByteBuffer header(int type, int contentLength) {
    if ((type & NetlinkConstants.NLA_TYPE_MASK) != (type & ~NetlinkConstants.NLA_F_NESTED)) {
      throw new IllegalArgumentException("attribute type " + type);
    }
    int length = checkedLength(HEADER_LENGTH + contentLength);
    ensure(align(length));
    return buffer.putShort((short) length).putShort((short) type);
  }

  private static int checkedLength(int length) {
    if (length > MAX_LENGTH) {
      throw new IllegalArgumentException(
          "an attribute of " + length + " bytes is longer than " + MAX_LENGTH);
    }
    return length;
  }

  private AttributeWriter pad() {
    while (size() != align(size())) {
      buffer.put((byte) 0);
    }
    return this;
  }

  private void ensure(int more) {
    if (buffer.remaining() >= more) {
      return;
    }
    int position = buffer.position();
    int capacity = Math.max(position + more, buffer.capacity() * 2);
    byte[] grown = Arrays.copyOf(buffer.array(), capacity);
    // What is left behind may be a key.
    Arrays.fill(buffer.array(), (byte) 0);
    buffer = ByteBuffer.wrap(grown).order(ByteOrder.nativeOrder()).position(position);
  }
}
