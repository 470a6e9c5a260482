package dev.azwg.wg.key;

import java.security.MessageDigest;
import java.util.Arrays;

/**
 * 32 secret bytes that never show in a text, compare in constant time, and can be wiped.
 *
 * <p>Wiping is best effort: the collector may have copied the array. It shortens the time that a
 * secret stays in memory, it does not prove its absence.
 */
public abstract sealed class SecretKey implements AutoCloseable permits PrivateKey, PresharedKey {
  private final byte[] bytes;
  private boolean closed;

  /** Takes the array over: nobody else may keep it. */
  SecretKey(byte[] bytes) {
    if (bytes.length != KeyEncoding.BYTES) {
      throw new IllegalArgumentException("a key has 32 bytes, not " + bytes.length);
    }
    this.bytes = bytes;
  }

  /** A copy of the 32 bytes. The caller wipes it after use. */
  public final synchronized byte[] toBytes() {
    requireOpen();
    return bytes.clone();
  }

  /** The 44 characters of base64 as ASCII bytes. The caller wipes them after use. */
  public final synchronized byte[] toBase64() {
    requireOpen();
    return KeyEncoding.toBase64(bytes);
  }

  /** Writes the 64 lower-case hex digits into {@code text}, which the caller wipes after use. */
  public final synchronized void writeHex(byte[] text, int offset) {
    requireOpen();
    KeyEncoding.toHex(bytes, text, offset);
  }

  /** Whether the key has been wiped. */
  public final synchronized boolean isClosed() {
    return closed;
  }

  /** Overwrites the bytes. Every later use but equality, text and closing is an error. */
  @Override
  public final synchronized void close() {
    Arrays.fill(bytes, (byte) 0);
    closed = true;
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException("the key has been wiped");
    }
  }

  /** Compares in constant time. A wiped key equals only itself. */
  @Override
  public final boolean equals(Object object) {
    if (this == object) {
      return true;
    }
    if (!(object instanceof SecretKey other) || other.getClass() != getClass()) {
      return false;
    }
    if (isClosed() || other.isClosed()) {
      return false;
    }
    byte[] mine = toBytes();
    byte[] theirs = other.toBytes();
    try {
      return MessageDigest.isEqual(mine, theirs);
    } finally {
      Arrays.fill(mine, (byte) 0);
      Arrays.fill(theirs, (byte) 0);
    }
  }

  /** The same for all keys of a kind: a hash of a secret would tell something of it. */
  @Override
  public final int hashCode() {
    return getClass() == PrivateKey.class ? 1 : 2;
  }

  /** The kind of key, never the key. */
  @Override
  public final String toString() {
    return getClass() == PrivateKey.class ? "(private key)" : "(preshared key)";
  }
}
