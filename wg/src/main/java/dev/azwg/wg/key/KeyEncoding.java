package dev.azwg.wg.key;

import dev.azwg.wg.key.KeyFormatException.Reason;

/**
 * The two texts of a 32-byte key: base64 as wg(8) prints it, and the lower-case hex of the
 * userspace protocol.
 *
 * <p>No branch and no table look-up depends on a key's bits, so that private keys leak nothing
 * through timing or caches. A wrong character does end the decoding early: it is no secret.
 */
final class KeyEncoding {
  static final int BYTES = 32;
  static final int BASE64_LENGTH = 44;
  static final int HEX_LENGTH = 64;

  private KeyEncoding() {}

  /** The 44 characters of {@code key}, of which the last is {@code '='}. */
  static byte[] toBase64(byte[] key) {
    byte[] text = new byte[BASE64_LENGTH];
    int out = 0;
    for (int in = 0; in < BYTES - 2; in += 3) {
      int group = (key[in] & 0xff) << 16 | (key[in + 1] & 0xff) << 8 | (key[in + 2] & 0xff);
      text[out++] = base64Character(group >>> 18);
      text[out++] = base64Character(group >>> 12 & 63);
      text[out++] = base64Character(group >>> 6 & 63);
      text[out++] = base64Character(group & 63);
    }
    int rest = (key[BYTES - 2] & 0xff) << 10 | (key[BYTES - 1] & 0xff) << 2;
    text[out++] = base64Character(rest >>> 12);
    text[out++] = base64Character(rest >>> 6 & 63);
    text[out++] = base64Character(rest & 63);
    text[out] = '=';
    return text;
  }

  /** The 32 bytes of exactly 44 characters, which must be the only way to write these bytes. */
  static byte[] fromBase64(String kind, byte[] text) throws KeyFormatException {
    if (text.length != BASE64_LENGTH) {
      throw new KeyFormatException(kind, Reason.LENGTH);
    }
    int wrong = text[BASE64_LENGTH - 1] ^ '=';
    byte[] key = new byte[BYTES];
    int group = 0;
    int out = 0;
    for (int in = 0; in < BASE64_LENGTH - 1; in++) {
      int value = base64Value(text[in]);
      wrong |= value & ~63;
      group = group << 6 | (value & 63);
      if (in % 4 == 3) {
        key[out++] = (byte) (group >>> 16);
        key[out++] = (byte) (group >>> 8);
        key[out++] = (byte) group;
      }
    }
    // The last three characters carry 18 bits: two bytes, and two bits that must be zero.
    key[out++] = (byte) (group >>> 10);
    key[out] = (byte) (group >>> 2);
    if (wrong != 0) {
      throw new KeyFormatException(kind, Reason.CHARACTER);
    }
    if ((group & 3) != 0) {
      throw new KeyFormatException(kind, Reason.NOT_CANONICAL);
    }
    return key;
  }

  /** Writes the 64 lower-case hex digits of {@code key} into {@code text} at {@code offset}. */
  static void toHex(byte[] key, byte[] text, int offset) {
    for (int i = 0; i < BYTES; i++) {
      text[offset + 2 * i] = hexCharacter(key[i] >>> 4 & 15);
      text[offset + 2 * i + 1] = hexCharacter(key[i] & 15);
    }
  }

  /** The 32 bytes of exactly 64 hex digits of either case. */
  static byte[] fromHex(String kind, byte[] text, int offset, int length)
      throws KeyFormatException {
    if (length != HEX_LENGTH) {
      throw new KeyFormatException(kind, Reason.LENGTH);
    }
    byte[] key = new byte[BYTES];
    int wrong = 0;
    for (int i = 0; i < BYTES; i++) {
      int high = hexValue(text[offset + 2 * i]);
      int low = hexValue(text[offset + 2 * i + 1]);
      wrong |= (high | low) & ~15;
      key[i] = (byte) ((high << 4) | (low & 15));
    }
    if (wrong != 0) {
      throw new KeyFormatException(kind, Reason.CHARACTER);
    }
    return key;
  }

  /** Whether all bytes are zero, in a time that does not depend on them. */
  static boolean isZero(byte[] key) {
    int any = 0;
    for (byte b : key) {
      any |= b;
    }
    return any == 0;
  }

  /** {@code result} if {@code low <= value <= high}, else 0, for small non-negative numbers. */
  private static int within(int value, int low, int high, int result) {
    int outside = ((value - low) | (high - value)) >> 31;
    return ~outside & result;
  }

  private static byte base64Character(int value) {
    return (byte)
        (within(value, 0, 25, value + 'A')
            + within(value, 26, 51, value - 26 + 'a')
            + within(value, 52, 61, value - 52 + '0')
            + within(value, 62, 62, '+')
            + within(value, 63, 63, '/'));
  }

  /** 0 to 63, or -1. */
  private static int base64Value(byte character) {
    int c = character & 0xff;
    return within(c, 'A', 'Z', c - 'A' + 1)
        + within(c, 'a', 'z', c - 'a' + 27)
        + within(c, '0', '9', c - '0' + 53)
        + within(c, '+', '+', 63)
        + within(c, '/', '/', 64)
        - 1;
  }

  private static byte hexCharacter(int value) {
    return (byte) (within(value, 0, 9, value + '0') + within(value, 10, 15, value - 10 + 'a'));
  }

  /** 0 to 15, or -1. */
  private static int hexValue(byte character) {
    int c = character & 0xff;
    return within(c, '0', '9', c - '0' + 1)
        + within(c, 'a', 'f', c - 'a' + 11)
        + within(c, 'A', 'F', c - 'A' + 11)
        - 1;
  }
}
