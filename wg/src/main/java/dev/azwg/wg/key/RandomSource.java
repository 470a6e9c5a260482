package dev.azwg.wg.key;

import java.io.IOException;

/** Where the bytes of new keys come from. */
@FunctionalInterface
public interface RandomSource {
  /** Fills all of {@code bytes} with unpredictable bytes. */
  void fill(byte[] bytes) throws IOException;
}
