package dev.azwg.ipam.pool;

import dev.azwg.ipam.address.IpPrefix;
import dev.azwg.ipam.address.PrefixSet;
import java.util.List;
import java.util.Objects;

/**
 * The addresses that the platform guarantees to one node: a pod there may have any of them, and a
 * pod on another node none. Ranges where the platform gives ranges, else address by address.
 *
 * @param prefixes the addresses
 * @param withheld what the source names and the node does not claim
 */
public record AddressPool(PrefixSet prefixes, List<Withheld> withheld) {
  /** A pool without an address. */
  public static final AddressPool EMPTY = new AddressPool(PrefixSet.EMPTY, List.of());

  public AddressPool {
    Objects.requireNonNull(prefixes);
    withheld = List.copyOf(withheld);
  }

  /** Whether a range has more addresses than any node is given: wider than /20, in IPv6 /64. */
  public static boolean isTooWide(IpPrefix prefix) {
    return prefix.length() < (prefix.isIpv4() ? PoolBuilder.WIDEST_IPV4 : PoolBuilder.WIDEST_IPV6);
  }

  /**
   * Something that is not claimed.
   *
   * @param subject an address or range, or the identity of a network container
   */
  public record Withheld(String subject, Why why) {
    public Withheld {
      Objects.requireNonNull(subject);
      Objects.requireNonNull(why);
    }
  }

  /** Why something is not claimed. */
  public enum Why {
    /** It must never be in a tunnel, {@link dev.azwg.ipam.address.TunnelPolicy}. */
    FORBIDDEN,
    /** A node's own address. */
    NODE_ADDRESS,
    /** The address of a subnet's router. */
    GATEWAY,
    /** The address of a network container itself, which no pod is given. */
    PRIMARY_ADDRESS,
    /**
     * The node is giving it back: no pod is given it any more, and another node may have it as soon
     * as the platform has taken it.
     */
    RELEASED,
    /** A network container of a machine with another address. */
    OTHER_NODE,
    /** A network container of a NIC of its own, in a network that is not the nodes'. */
    OTHER_NIC,
    /** A kind of network container that this program does not know. */
    UNKNOWN_KIND
  }
}
