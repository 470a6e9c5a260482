package dev.azwg.wg.key;

import java.io.IOException;
import java.util.Arrays;

/** The symmetric key that two peers may mix into their handshake. All-zero means none. */
public final class PresharedKey extends SecretKey {
  private static final String KIND = "preshared key";

  private PresharedKey(byte[] bytes) {
    super(bytes);
  }

  /** The value that takes a peer's preshared key away. */
  public static PresharedKey none() {
    return new PresharedKey(new byte[KeyEncoding.BYTES]);
  }

  /** A new key. */
  public static PresharedKey generate(RandomSource random) throws IOException {
    byte[] bytes = new byte[KeyEncoding.BYTES];
    random.fill(bytes);
    return new PresharedKey(bytes);
  }

  /**
   * A key from a copy of 32 bytes.
   *
   * @throws IllegalArgumentException unless there are exactly 32 bytes
   */
  public static PresharedKey of(byte[] bytes) {
    return new PresharedKey(bytes.clone());
  }

  /** A key as {@code wg genpsk} prints it, without the line's end. */
  public static PresharedKey parse(byte[] base64) throws KeyFormatException {
    return new PresharedKey(KeyEncoding.fromBase64(KIND, base64));
  }

  /** A key in the 64 hex digits of the userspace protocol. */
  public static PresharedKey parseHex(byte[] text, int offset, int length)
      throws KeyFormatException {
    return new PresharedKey(KeyEncoding.fromHex(KIND, text, offset, length));
  }

  /** Whether this is {@link #none}: all-zero. */
  public boolean isNone() {
    byte[] bytes = toBytes();
    try {
      return KeyEncoding.isZero(bytes);
    } finally {
      Arrays.fill(bytes, (byte) 0);
    }
  }
}
