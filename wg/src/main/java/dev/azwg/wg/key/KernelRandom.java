package dev.azwg.wg.key;

import dev.azwg.netlink.libc.Libc;
import java.io.IOException;
import java.util.Arrays;

/**
 * The kernel's generator through {@code getrandom(2)}, which waits until it has been seeded.
 *
 * <p>{@code SecureRandom} is not used: an instance in a native executable's image heap would start
 * from the same seed on every node.
 */
public final class KernelRandom implements RandomSource {
  // asm-generic/errno-base.h
  private static final int EINTR = 4;

  private final Libc libc;

  /** A source that calls through {@code libc}. */
  public KernelRandom(Libc libc) {
    this.libc = libc;
  }

  @Override
  public void fill(byte[] bytes) throws IOException {
    byte[] chunk = new byte[bytes.length];
    int filled = 0;
    try {
      while (filled < bytes.length) {
        int got = libc.getrandom(chunk);
        if (got == -EINTR) {
          continue;
        }
        if (got <= 0) {
          throw new IOException("getrandom failed with errno " + -got);
        }
        // getrandom(2) gives up to 256 bytes in one piece; a longer request may be cut short.
        int used = Math.min(got, bytes.length - filled);
        System.arraycopy(chunk, 0, bytes, filled, used);
        filled += used;
      }
    } finally {
      Arrays.fill(chunk, (byte) 0);
    }
  }
}
