package dev.azwg.ipam.pool;

import dev.azwg.ipam.address.IpPrefix;
import dev.azwg.ipam.address.PrefixSet;
import dev.azwg.ipam.address.TunnelPolicy;
import dev.azwg.ipam.pool.AddressPool.Why;
import dev.azwg.ipam.pool.AddressPool.Withheld;
import dev.azwg.ipam.pool.PoolException.Reason;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** A pool while it is read: what is given, and what of it must not be claimed. */
final class PoolBuilder {
  /** Four times as many as the pods that a node can have. */
  static final int MAX_PREFIXES = 1024;

  /** 4096 addresses; Azure gives 256 in an overlay and 16 in a block. */
  static final int WIDEST_IPV4 = 20;

  /** One link's. */
  static final int WIDEST_IPV6 = 64;

  private final Set<IpPrefix> given = new TreeSet<>();
  private final Map<IpPrefix, Why> holes = new TreeMap<>();
  private final List<Withheld> withheld = new ArrayList<>();

  /** The node has these addresses itself. */
  void nodeAddresses(Collection<InetAddress> addresses) {
    addresses.forEach(address -> withhold(IpPrefix.hostOf(address), Why.NODE_ADDRESS));
  }

  /**
   * The platform gives the node this.
   *
   * @param where where it says so
   */
  void give(IpPrefix prefix, String where) throws PoolException {
    if (AddressPool.isTooWide(prefix)) {
      throw new PoolException(
          Reason.TOO_WIDE, where, prefix + " is too wide to be one node's", null);
    }
    if (TunnelPolicy.forbidding(prefix) != null) {
      // A range with such an address in it is not what it seems to be.
      passOver(prefix.toString(), Why.FORBIDDEN);
      return;
    }
    given.add(prefix);
    if (given.size() > MAX_PREFIXES) {
      throw new PoolException(
          Reason.TOO_LARGE, where, "more than " + MAX_PREFIXES + " addresses or ranges", null);
    }
  }

  /** This must not be claimed, whatever range it lies in. */
  void withhold(IpPrefix prefix, Why why) {
    holes.putIfAbsent(prefix, why);
  }

  /** Something that is not looked at further. */
  void passOver(String subject, Why why) {
    withheld.add(new Withheld(subject, why));
  }

  /** What is given, without the holes. */
  PrefixSet granted() {
    return PrefixSet.of(given);
  }

  /** The pool, as far as it has been read. */
  AddressPool build(String where) throws PoolException {
    PrefixSet all = PrefixSet.of(given);
    holes.forEach((prefix, why) -> {
      if (all.overlaps(prefix)) {
        passOver(prefix.toString(), why);
      }
    });
    PrefixSet prefixes = all.minus(PrefixSet.of(holes.keySet()));
    if (prefixes.prefixes().size() > MAX_PREFIXES) {
      throw new PoolException(
          Reason.TOO_LARGE, where, "more than " + MAX_PREFIXES + " prefixes are left", null);
    }
    return new AddressPool(prefixes, withheld);
  }
}
