package dev.azwg.ipam.address;

import dev.azwg.ipam.address.AddressException.Reason;
import org.jspecify.annotations.Nullable;

/**
 * The text form of addresses: IPv4 as four decimal numbers without leading zeros, IPv6 as RFC 4291
 * section 2.2 describes it (written as RFC 5952 section 4 recommends). By hand, because the JDK's
 * parser takes short forms, zones and names.
 */
final class IpText {
  private static final int GROUPS = 8;
  private static final String HEX = "0123456789abcdef";

  private IpText() {}

  /**
   * The 4 or 16 bytes of an address, in network byte order. An IPv4-mapped IPv6 address
   * (::ffff:0:0/96) keeps its 16 bytes here.
   */
  static byte[] parse(String text) throws AddressException {
    if (text.indexOf('%') >= 0) {
      throw new AddressException(Reason.ZONE, text, "a zone is not allowed");
    }
    byte[] bytes =
        text.indexOf(':') < 0 ? ipv4(text, 0, text.length()) : ipv6(text, 0, text.length());
    if (bytes == null) {
      throw new AddressException(Reason.SYNTAX, text, "not an IP address");
    }
    return bytes;
  }

  /** A prefix length: decimal, no sign, no leading zero, at most {@code max}; -1 if it is not. */
  static int parseLength(String text, int from, int max) {
    return decimal(text, from, text.length(), max);
  }

  private static byte @Nullable [] ipv4(String text, int from, int to) {
    byte[] bytes = new byte[4];
    int start = from;
    for (int i = 0; i < 4; i++) {
      int end = i == 3 ? to : text.indexOf('.', start);
      if (end < 0 || end > to) {
        return null;
      }
      int number = decimal(text, start, end, 255);
      if (number < 0) {
        return null;
      }
      bytes[i] = (byte) number;
      start = end + 1;
    }
    return bytes;
  }

  private static byte @Nullable [] ipv6(String text, int from, int to) {
    byte[] bytes = new byte[2 * GROUPS];
    int filled = 0;
    int gap = -1; // Where "::" stands, in bytes.
    int at = from;
    if (text.startsWith("::", from)) {
      gap = 0;
      at = from + 2;
    }
    while (at < to) {
      int end = text.indexOf(':', at);
      boolean last = end < 0;
      if (last) {
        end = to;
      }
      if (last && text.indexOf('.', at) >= 0) {
        byte[] tail = ipv4(text, at, to);
        if (tail == null || filled > bytes.length - 4) {
          return null;
        }
        System.arraycopy(tail, 0, bytes, filled, 4);
        filled += 4;
        break;
      }
      int group = hexadecimal(text, at, end);
      if (group < 0 || filled == bytes.length) {
        return null;
      }
      bytes[filled++] = (byte) (group >> 8);
      bytes[filled++] = (byte) group;
      if (last) {
        break;
      }
      at = end + 1;
      if (at == to) {
        return null; // A single colon at the end.
      }
      if (text.charAt(at) == ':') {
        if (gap >= 0) {
          return null;
        }
        gap = filled;
        at++;
      }
    }
    return expand(bytes, filled, gap);
  }

  /** Moves what follows "::" to the end. "::" stands for at least one group. */
  private static byte @Nullable [] expand(byte[] bytes, int filled, int gap) {
    if (gap < 0) {
      return filled == bytes.length ? bytes : null;
    }
    if (filled == bytes.length) {
      return null;
    }
    int tail = filled - gap;
    System.arraycopy(bytes, gap, bytes, bytes.length - tail, tail);
    for (int i = gap; i < bytes.length - tail; i++) {
      bytes[i] = 0;
    }
    return bytes;
  }

  private static int decimal(String text, int from, int to, int max) {
    if (from >= to || to - from > 3 || (to - from > 1 && text.charAt(from) == '0')) {
      return -1;
    }
    int value = 0;
    for (int i = from; i < to; i++) {
      char c = text.charAt(i);
      if (c < '0' || c > '9') {
        return -1;
      }
      value = 10 * value + (c - '0');
    }
    return value <= max ? value : -1;
  }

  private static int hexadecimal(String text, int from, int to) {
    if (from >= to || to - from > 4) {
      return -1;
    }
    int value = 0;
    for (int i = from; i < to; i++) {
      int digit = hexDigit(text.charAt(i));
      if (digit < 0) {
        return -1;
      }
      value = value << 4 | digit;
    }
    return value;
  }

  private static int hexDigit(char c) {
    if (c >= '0' && c <= '9') {
      return c - '0';
    }
    if (c >= 'a' && c <= 'f') {
      return c - 'a' + 10;
    }
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
  }

  /** Appends the canonical text of an address of 4 or 16 bytes. */
  static void append(StringBuilder out, byte[] bytes) {
    if (bytes.length == 4) {
      out.append(bytes[0] & 0xFF).append('.').append(bytes[1] & 0xFF);
      out.append('.').append(bytes[2] & 0xFF).append('.').append(bytes[3] & 0xFF);
      return;
    }
    // RFC 5952 4.2: "::" for the longest run of zero groups, the first of equals, never for one.
    int gap = -1;
    int gapLength = 1;
    for (int i = 0; i < GROUPS; i++) {
      int length = 0;
      while (i + length < GROUPS && group(bytes, i + length) == 0) {
        length++;
      }
      if (length > gapLength) {
        gap = i;
        gapLength = length;
      }
    }
    for (int i = 0; i < GROUPS; i++) {
      if (i == gap) {
        out.append("::");
        i += gapLength - 1;
      } else {
        if (i > 0 && i != gap + gapLength) {
          out.append(':');
        }
        appendHex(out, group(bytes, i));
      }
    }
  }

  private static int group(byte[] bytes, int index) {
    return (bytes[2 * index] & 0xFF) << 8 | (bytes[2 * index + 1] & 0xFF);
  }

  private static void appendHex(StringBuilder out, int group) {
    boolean started = false;
    for (int shift = 12; shift >= 0; shift -= 4) {
      int digit = group >> shift & 0xF;
      if (started || digit != 0 || shift == 0) {
        out.append(HEX.charAt(digit));
        started = true;
      }
    }
  }
}
