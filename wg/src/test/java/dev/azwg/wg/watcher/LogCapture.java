package dev.azwg.wg.watcher;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/** Keeps what is logged, so that a test can look at it, and shows it on stderr as well. */
final class LogCapture extends OutputStream {
  private final ByteArrayOutputStream kept = new ByteArrayOutputStream();

  PrintStream stream() {
    return new PrintStream(this, false, StandardCharsets.UTF_8);
  }

  String text() {
    return kept.toString(StandardCharsets.UTF_8);
  }

  @Override
  public void write(int octet) {
    kept.write(octet);
    System.err.write(octet);
  }

  @Override
  public void write(byte[] octets, int offset, int length) {
    kept.write(octets, offset, length);
    System.err.write(octets, offset, length);
  }
}
