package dev.azwg.wg.key;

import dev.azwg.wg.key.KeyFormatException.Reason;
import java.io.IOException;
import java.util.Arrays;
import java.util.Optional;
import org.bouncycastle.math.ec.rfc7748.X25519;

/** An X25519 private key: always clamped, as {@code wg genkey} and the kernel do. */
public final class PrivateKey extends SecretKey {
  private static final String KIND = "private key";

  private PrivateKey(byte[] bytes) {
    super(bytes);
    // RFC 7748, section 5. The kernel does the same to what it is given.
    bytes[0] &= (byte) 248;
    bytes[31] = (byte) ((bytes[31] & 127) | 64);
  }

  /** A new key. */
  public static PrivateKey generate(RandomSource random) throws IOException {
    byte[] bytes = new byte[KeyEncoding.BYTES];
    random.fill(bytes);
    return new PrivateKey(bytes);
  }

  /**
   * A key from a copy of 32 bytes, clamped.
   *
   * @throws IllegalArgumentException unless there are exactly 32 bytes
   */
  public static PrivateKey of(byte[] bytes) {
    return new PrivateKey(bytes.clone());
  }

  /** A key as {@code wg genkey} prints it, without the line's end. All-zero is refused. */
  public static PrivateKey parse(byte[] base64) throws KeyFormatException {
    return ofNonZero(KeyEncoding.fromBase64(KIND, base64))
        .orElseThrow(() -> new KeyFormatException(KIND, Reason.ZERO));
  }

  /** A key in the 64 hex digits of the userspace protocol, empty if all-zero: "no key". */
  public static Optional<PrivateKey> parseHex(byte[] text, int offset, int length)
      throws KeyFormatException {
    return ofNonZero(KeyEncoding.fromHex(KIND, text, offset, length));
  }

  private static Optional<PrivateKey> ofNonZero(byte[] bytes) {
    return KeyEncoding.isZero(bytes) ? Optional.empty() : Optional.of(new PrivateKey(bytes));
  }

  /** The public key that belongs to this one: X25519 with the base point. */
  public PublicKey publicKey() {
    byte[] scalar = toBytes();
    try {
      byte[] point = new byte[X25519.POINT_SIZE];
      X25519.scalarMultBase(scalar, 0, point, 0);
      return PublicKey.of(point);
    } finally {
      Arrays.fill(scalar, (byte) 0);
    }
  }
}
