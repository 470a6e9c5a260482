package dev.azwg.wg.device.uapi;

import java.io.IOException;

/** Where the bytes of a request go. */
@FunctionalInterface
interface UapiOutput {
  /** Writes the first {@code length} bytes. The array is used again afterwards. */
  void write(byte[] bytes, int length) throws IOException;
}
