package dev.azwg.ipam.address;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which addresses must never be carried by a tunnel or be a peer's allowed IP: they mean something
 * else on each machine, or are served by Azure's host itself.
 */
public final class TunnelPolicy {
  /** Why an address must stay out of the tunnel. */
  public enum Rule {
    /** 0.0.0.0/8 and ::, "this host on this network" (RFC 1122 3.2.1.3, RFC 4291 2.5.2). */
    UNSPECIFIED,
    /** 127.0.0.0/8 and ::1. */
    LOOPBACK,
    /**
     * 169.254.0.0/16 and fe80::/10: the gateways azure-vnet gives to pods (169.254.1.1 and
     * fe80::1234:5678:9abc, also the source of Azure's IPv6 load balancer probes), the instance
     * metadata service (169.254.169.254), the node-local DNS cache (169.254.20.10).
     */
    LINK_LOCAL,
    /** 224.0.0.0/4 and ff00::/8. */
    MULTICAST,
    /** 255.255.255.255. */
    BROADCAST,
    /** 168.63.129.16: Azure's DHCP, DNS, health probes and agent endpoint, in each VNet. */
    AZURE_HOST
  }

  private static final List<Range> RANGES =
      List.of(
          range("0.0.0.0/8", Rule.UNSPECIFIED),
          range("::/128", Rule.UNSPECIFIED),
          range("127.0.0.0/8", Rule.LOOPBACK),
          range("::1/128", Rule.LOOPBACK),
          range("169.254.0.0/16", Rule.LINK_LOCAL),
          range("fe80::/10", Rule.LINK_LOCAL),
          range("224.0.0.0/4", Rule.MULTICAST),
          range("ff00::/8", Rule.MULTICAST),
          range("255.255.255.255/32", Rule.BROADCAST),
          range("168.63.129.16/32", Rule.AZURE_HOST));

  private record Range(IpPrefix prefix, Rule rule) {}

  private TunnelPolicy() {}

  /**
   * The rule that forbids a prefix: the first whose range has an address in common with it.
   *
   * @return null when the prefix may be tunnelled
   */
  public static @Nullable Rule forbidding(IpPrefix prefix) {
    for (Range range : RANGES) {
      if (range.prefix.overlaps(prefix)) {
        return range.rule;
      }
    }
    return null;
  }

  private static Range range(String prefix, Rule rule) {
    try {
      return new Range(IpPrefix.parse(prefix), rule);
    } catch (AddressException e) {
      throw new IllegalStateException(e);
    }
  }
}
