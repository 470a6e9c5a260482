package dev.azwg.wg.key;

import dev.azwg.wg.key.KeyFormatException.Reason;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * An X25519 public key, by which WireGuard names a peer.
 *
 * <p>Equality, hash and order are those of the 32 bytes; keys are public, so none of them needs to
 * be constant time.
 */
public final class PublicKey implements Comparable<PublicKey> {
  /** The length of every WireGuard key in bytes. */
  public static final int BYTES = KeyEncoding.BYTES;

  /** The length of a key as base64, including the one padding character. */
  public static final int BASE64_LENGTH = KeyEncoding.BASE64_LENGTH;

  private static final String KIND = "public key";

  // Big-endian, most significant first: four numbers need no defensive copies and compare fast.
  private final long first;
  private final long second;
  private final long third;
  private final long fourth;

  private PublicKey(byte[] bytes) {
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    first = buffer.getLong();
    second = buffer.getLong();
    third = buffer.getLong();
    fourth = buffer.getLong();
  }

  /**
   * A key from the kernel or from arithmetic. All-zero is allowed here, because that is how a
   * device without a key is reported: see {@link #isZero}.
   *
   * @throws IllegalArgumentException unless there are exactly 32 bytes
   */
  public static PublicKey of(byte[] bytes) {
    if (bytes.length != BYTES) {
      throw new IllegalArgumentException("a public key has 32 bytes, not " + bytes.length);
    }
    return new PublicKey(bytes);
  }

  /**
   * A key as {@code wg pubkey} prints it: exactly 44 characters of base64 without white space,
   * written in the one canonical way. All-zero is refused: it stands for "no key" and is never a
   * peer's.
   */
  public static PublicKey parse(String base64) throws KeyFormatException {
    // A character outside of ASCII becomes '?', which is refused.
    return nonZero(KeyEncoding.fromBase64(KIND, base64.getBytes(StandardCharsets.US_ASCII)));
  }

  /** A key in the 64 hex digits of the userspace protocol. All-zero is refused. */
  public static PublicKey parseHex(byte[] text, int offset, int length) throws KeyFormatException {
    return nonZero(KeyEncoding.fromHex(KIND, text, offset, length));
  }

  private static PublicKey nonZero(byte[] bytes) throws KeyFormatException {
    PublicKey key = new PublicKey(bytes);
    if (key.isZero()) {
      throw new KeyFormatException(KIND, Reason.ZERO);
    }
    return key;
  }

  /** Whether all bytes are zero, which no peer's key is. */
  public boolean isZero() {
    return (first | second | third | fourth) == 0;
  }

  /** The 32 bytes, in an array of the caller's own. */
  public byte[] toBytes() {
    return ByteBuffer.allocate(BYTES)
        .putLong(first)
        .putLong(second)
        .putLong(third)
        .putLong(fourth)
        .array();
  }

  /** Writes the 64 lower-case hex digits into {@code text} from {@code offset}. */
  public void writeHex(byte[] text, int offset) {
    KeyEncoding.toHex(toBytes(), text, offset);
  }

  @Override
  public int compareTo(PublicKey other) {
    int order = Long.compareUnsigned(first, other.first);
    if (order == 0) {
      order = Long.compareUnsigned(second, other.second);
    }
    if (order == 0) {
      order = Long.compareUnsigned(third, other.third);
    }
    return order != 0 ? order : Long.compareUnsigned(fourth, other.fourth);
  }

  @Override
  public boolean equals(Object object) {
    return object instanceof PublicKey other
        && first == other.first
        && second == other.second
        && third == other.third
        && fourth == other.fourth;
  }

  @Override
  public int hashCode() {
    return Long.hashCode(first ^ second ^ third ^ fourth);
  }

  /** The base64 of wg(8). */
  @Override
  public String toString() {
    return new String(KeyEncoding.toBase64(toBytes()), StandardCharsets.US_ASCII);
  }
}
