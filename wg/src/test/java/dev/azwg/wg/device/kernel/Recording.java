package dev.azwg.wg.device.kernel;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Objects;

/** Messages recorded in files of the test resources: a line {@code [name] ...}, then hex. */
final class Recording {
  /** {@code struct genlmsghdr}. */
  private static final int GENLMSGHDR_LENGTH = 4;

  private Recording() {}

  /** The recordings are little endian, as is every machine that azwg is built for. */
  static boolean isUsable() {
    return ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN;
  }

  /** The attributes of a recorded message. */
  static byte[] attributes(String file, String name) {
    StringBuilder hex = new StringBuilder();
    boolean found = false;
    for (String line : read(file).split("\n", -1)) {
      if (line.startsWith("[")) {
        found = line.startsWith("[" + name + "]");
      } else if (found) {
        hex.append(line);
      }
    }
    byte[] message = HexFormat.of().parseHex(hex);
    byte[] attributes = new byte[message.length - GENLMSGHDR_LENGTH];
    System.arraycopy(message, GENLMSGHDR_LENGTH, attributes, 0, attributes.length);
    return attributes;
  }

  private static String read(String file) {
    try (InputStream input =
        Objects.requireNonNull(Recording.class.getResourceAsStream("/device/kernel/" + file))) {
      return new String(input.readAllBytes(), StandardCharsets.US_ASCII);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
