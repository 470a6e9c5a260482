package dev.azwg.wg.device.uapi;

import dev.azwg.wg.device.WireGuardException;
import dev.azwg.wg.device.WireGuardException.Reason;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The lines of an answer, each {@code key=value} in ASCII, up to the empty line that ends it. Keeps
 * one line at a time, bounds its length and that of the whole, and wipes what it has read, because
 * an answer holds the private key.
 */
final class UapiLines implements AutoCloseable {
  /** The longest line of the protocol has 80 characters; an unknown one may have a few more. */
  static final int MAX_LINE = 1024;

  /** Five times what 5000 peers with 250 allowed IPs each take. */
  private static final long MAX_ANSWER = 256L << 20;

  private static final int BUFFER = 64 << 10;

  private final String device;
  private final UapiInput input;
  private final long maxAnswer;
  private final byte[] buffer = new byte[BUFFER];
  private final byte[] line = new byte[MAX_LINE];
  private int position;
  private int limit;
  private int length;
  private int equals;
  private long total;
  private long number;

  UapiLines(String device, UapiInput input) {
    this(device, input, MAX_ANSWER);
  }

  UapiLines(String device, UapiInput input, long maxAnswer) {
    this.device = device;
    this.input = input;
    this.maxAnswer = maxAnswer;
  }

  /** Goes to the next line; false at the empty line. An answer that just ends is an error. */
  boolean next() throws IOException {
    length = 0;
    equals = -1;
    number++;
    while (true) {
      byte b = read();
      if (b == '\n') {
        break;
      }
      if (b < ' ' || b > '~') {
        throw malformed("a byte that is not printable ASCII");
      }
      if (length == MAX_LINE) {
        throw malformed("more than " + MAX_LINE + " characters");
      }
      if (b == '=' && equals < 0) {
        equals = length;
      }
      line[length++] = b;
    }
    if (length > 0 && equals < 1) {
      throw malformed("no key");
    }
    return length > 0;
  }

  private byte read() throws IOException {
    if (position == limit) {
      int count = input.read(buffer);
      if (count <= 0) {
        throw new WireGuardException(
            device, Reason.PROTOCOL, "the answer ends early, in line " + number);
      }
      total += count;
      if (total > maxAnswer) {
        throw malformed("an answer of more than " + maxAnswer + " bytes");
      }
      position = 0;
      limit = count;
    }
    return buffer[position++];
  }

  /** What stands before the first {@code =}. */
  String key() {
    return new String(line, 0, equals, StandardCharsets.US_ASCII);
  }

  /** What stands after it; not for secrets. */
  String value() {
    return new String(line, valueOffset(), valueLength(), StandardCharsets.US_ASCII);
  }

  /** The array that has the line. It changes with the next line. */
  byte[] bytes() {
    return line;
  }

  int valueOffset() {
    return equals + 1;
  }

  int valueLength() {
    return length - valueOffset();
  }

  /** The value as a decimal number of 0 to {@code max}. */
  long number(long max) throws WireGuardException {
    return number(valueOffset(), max);
  }

  /** The value as a decimal number of 0 to {@code max}, without the minus it may have. */
  long magnitude(long max) throws WireGuardException {
    boolean negative = valueLength() > 0 && line[valueOffset()] == '-';
    return number(negative ? valueOffset() + 1 : valueOffset(), max);
  }

  private long number(int from, long max) throws WireGuardException {
    if (from >= length) {
      throw malformed("not a number");
    }
    long value = 0;
    for (int i = from; i < length; i++) {
      int digit = line[i] - '0';
      if (digit < 0 || digit > 9) {
        throw malformed("not a number");
      }
      if (value > (max - digit) / 10) {
        throw malformed("more than " + max);
      }
      value = value * 10 + digit;
    }
    return value;
  }

  /** An error in the current line. It tells the key, but never the value. */
  WireGuardException malformed(String detail) {
    String what = equals < 1 ? "" : " (" + key() + ")";
    return new WireGuardException(
        device, Reason.PROTOCOL, "line " + number + what + " of the answer: " + detail);
  }

  @Override
  public void close() {
    Arrays.fill(buffer, (byte) 0);
    Arrays.fill(line, (byte) 0);
  }
}
