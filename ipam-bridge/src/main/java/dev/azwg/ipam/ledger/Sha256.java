package dev.azwg.ipam.ledger;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * SHA-256 (FIPS 180-4), to shorten file names and for nothing that is secret. By hand, because
 * java.security's provider machinery would be in the plugin's executable for this alone.
 */
final class Sha256 {
  private static final int BLOCK = 64;

  private Sha256() {}

  /** The digest as 64 hexadecimal digits. */
  static String hex(byte[] message) {
    int[] constants = fractions(64, 3);
    int[] state = fractions(8, 2);
    int[] schedule = new int[64];
    ByteBuffer padded = pad(message);
    while (padded.hasRemaining()) {
      compress(state, padded, constants, schedule);
    }
    StringBuilder out = new StringBuilder(64);
    for (int word : state) {
      for (int shift = 28; shift >= 0; shift -= 4) {
        out.append(Character.forDigit(word >>> shift & 0xF, 16));
      }
    }
    return out.toString();
  }

  /** FIPS 180-4 section 5.1.1: a one bit, zeros, the length in bits. */
  private static ByteBuffer pad(byte[] message) {
    int blocks = (message.length + 8) / BLOCK + 1;
    ByteBuffer padded = ByteBuffer.wrap(Arrays.copyOf(message, blocks * BLOCK));
    padded.put(message.length, (byte) 0x80);
    padded.putLong(blocks * BLOCK - 8, 8L * message.length);
    return padded;
  }

  /** Section 6.2.2. */
  private static void compress(int[] state, ByteBuffer block, int[] constants, int[] w) {
    for (int t = 0; t < 16; t++) {
      w[t] = block.getInt();
    }
    for (int t = 16; t < 64; t++) {
      int s0 =
          Integer.rotateRight(w[t - 15], 7) ^ Integer.rotateRight(w[t - 15], 18) ^ w[t - 15] >>> 3;
      int s1 =
          Integer.rotateRight(w[t - 2], 17) ^ Integer.rotateRight(w[t - 2], 19) ^ w[t - 2] >>> 10;
      w[t] = w[t - 16] + s0 + w[t - 7] + s1;
    }
    int[] v = state.clone();
    for (int t = 0; t < 64; t++) {
      int e = v[4];
      int s1 = Integer.rotateRight(e, 6) ^ Integer.rotateRight(e, 11) ^ Integer.rotateRight(e, 25);
      int choice = (e & v[5]) ^ (~e & v[6]);
      int t1 = v[7] + s1 + choice + constants[t] + w[t];
      int a = v[0];
      int s0 = Integer.rotateRight(a, 2) ^ Integer.rotateRight(a, 13) ^ Integer.rotateRight(a, 22);
      int majority = (a & v[1]) ^ (a & v[2]) ^ (v[1] & v[2]);
      System.arraycopy(v, 0, v, 1, 7);
      v[4] += t1;
      v[0] = t1 + s0 + majority;
    }
    for (int i = 0; i < 8; i++) {
      state[i] += v[i];
    }
  }

  /**
   * Sections 4.2.2 and 5.3.3: the first 32 bits of the fractional parts of the square or cube roots
   * of the first primes. Computed, so that no digit of a table can be wrong.
   */
  private static int[] fractions(int count, int root) {
    int[] words = new int[count];
    int prime = 1;
    for (int i = 0; i < count; i++) {
      prime = nextPrime(prime);
      words[i] = rootFraction(prime, root);
    }
    return words;
  }

  /** The low 32 bits of the integer root of {@code prime * 2^(32 * root)}. */
  private static int rootFraction(int prime, int root) {
    BigInteger scaled = BigInteger.valueOf(prime).shiftLeft(32 * root);
    long found = 0;
    for (int bit = 40; bit >= 0; bit--) {
      long tried = found | 1L << bit;
      if (BigInteger.valueOf(tried).pow(root).compareTo(scaled) <= 0) {
        found = tried;
      }
    }
    return (int) found;
  }

  private static int nextPrime(int after) {
    int candidate = after + 1;
    for (int divisor = 2; divisor * divisor <= candidate; divisor++) {
      if (candidate % divisor == 0) {
        candidate++;
        divisor = 1;
      }
    }
    return candidate;
  }
}
