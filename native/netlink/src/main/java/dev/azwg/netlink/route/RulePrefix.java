package dev.azwg.netlink.route;

import java.net.InetAddress;

/** Source or destination of a packet, as a rule selects it. */
public record RulePrefix(InetAddress address, int prefixLength) {
  public RulePrefix {
    Prefixes.check(address, prefixLength);
  }

  int family() {
    return Prefixes.family(address);
  }
}
