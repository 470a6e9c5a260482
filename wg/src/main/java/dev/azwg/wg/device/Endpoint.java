package dev.azwg.wg.device;

import dev.azwg.ipam.address.AddressException;
import dev.azwg.ipam.address.IpPrefix;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.Optional;

/**
 * Where a peer's encrypted packets are sent to. Names are never resolved.
 *
 * @param address an IPv4 or an IPv6 address without a zone
 * @param port a UDP port, 1 to 65535
 */
public record Endpoint(InetAddress address, int port) {
  private static final int MAX_PORT = 0xffff;

  public Endpoint {
    if (port < 1 || port > MAX_PORT) {
      throw new IllegalArgumentException("an endpoint's port is 1 to 65535, not " + port);
    }
    if (address instanceof Inet6Address v6
        && (v6.getScopeId() != 0 || v6.getScopedInterface() != null)) {
      throw new IllegalArgumentException("an endpoint's address has no zone: " + address);
    }
  }

  /**
   * {@code 192.0.2.1:51820} or {@code [2001:db8::1]:51820}, strictly: no names, zones, leading
   * zeros or signs. Empty if the text is anything else.
   */
  public static Optional<Endpoint> parse(String text) {
    int colon = text.lastIndexOf(':');
    if (colon < 1) {
      return Optional.empty();
    }
    int port = parsePort(text, colon + 1);
    boolean bracketed = text.charAt(0) == '[' && text.charAt(colon - 1) == ']';
    String host = bracketed ? text.substring(1, colon - 1) : text.substring(0, colon);
    if (port == 0 || bracketed != host.indexOf(':') >= 0) {
      return Optional.empty();
    }
    return parseAddress(host).map(address -> new Endpoint(address, port));
  }

  private static Optional<InetAddress> parseAddress(String host) {
    try {
      return Optional.of(IpPrefix.ofHost(host).address());
    } catch (AddressException e) {
      return Optional.empty();
    }
  }

  /** The port, 0 if there is none: decimal digits without a leading zero. */
  private static int parsePort(String text, int from) {
    int length = text.length() - from;
    if (length < 1 || length > 5 || text.charAt(from) == '0') {
      return 0;
    }
    int port = 0;
    for (int i = from; i < text.length(); i++) {
      int digit = text.charAt(i) - '0';
      if (digit < 0 || digit > 9) {
        return 0;
      }
      port = port * 10 + digit;
    }
    return port <= MAX_PORT ? port : 0;
  }

  /** As wg(8) prints it, the address in its canonical form (RFC 5952). */
  @Override
  public String toString() {
    String host = IpPrefix.hostOf(address).addressText();
    return address instanceof Inet6Address ? "[" + host + "]:" + port : host + ":" + port;
  }
}
