package dev.azwg.netlink.route;

import static dev.azwg.netlink.libc.LinuxConstants.AF_INET;
import static dev.azwg.netlink.libc.LinuxConstants.AF_INET6;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;

/** What the address families have in common: number, width, and the address that means "any". */
final class Prefixes {
  private Prefixes() {}

  static int family(InetAddress address) {
    return address instanceof Inet4Address ? AF_INET : AF_INET6;
  }

  static boolean isFamily(int family) {
    return family == AF_INET || family == AF_INET6;
  }

  /** Bits of an address of the family. */
  static int width(int family) {
    return family == AF_INET ? 32 : 128;
  }

  /** 0.0.0.0 or ::. */
  static InetAddress any(int family) {
    try {
      return family == AF_INET
          ? InetAddress.getByAddress(new byte[4])
          : Inet6Address.getByAddress(null, new byte[16], -1);
    } catch (UnknownHostException e) {
      // Thrown for other lengths only.
      throw new IllegalStateException(e);
    }
  }

  static void check(InetAddress address, int prefixLength) {
    if (prefixLength < 0 || prefixLength > width(family(address))) {
      throw new IllegalArgumentException(
          "prefix length " + prefixLength + " of " + address.getHostAddress());
    }
  }
}
