package dev.azwg.wg.device.uapi;

import java.io.IOException;

/** Where the bytes of an answer come from. */
@FunctionalInterface
interface UapiInput {
  /** Reads some bytes into the start of the array: how many, or -1 at the end. */
  int read(byte[] bytes) throws IOException;
}
