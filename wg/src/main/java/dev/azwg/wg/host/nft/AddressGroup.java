package dev.azwg.wg.host.nft;

import dev.azwg.ipam.address.IpPrefix;
import java.util.List;
import java.util.Locale;

/**
 * A group of addresses that rules look into. Each is up to four sets of the table: single addresses
 * and ranges, of both families. Single addresses have sets of their own because a set of ranges is
 * read back by nft before anything is added to it, and these may hold every pod of the cluster.
 */
enum AddressGroup {
  /** Where the encrypted packets of peers come from. */
  PEERS(true, false),
  /** What is only reached through the tunnel, and only received from it. */
  TUNNELLED(true, true),
  /** What other nodes hold and no tunnel leads to. */
  UNTUNNELLED(true, true),
  /** The cluster's ranges. */
  CLUSTER(false, true),
  /** What is not in the tunnel by design: own pods, what is never tunnelled or out of scope. */
  EXEMPT(true, true);

  private final boolean hosts;
  private final boolean ranges;

  AddressGroup(boolean hosts, boolean ranges) {
    this.hosts = hosts;
    this.ranges = ranges;
  }

  /**
   * One set of the table.
   *
   * @param name its name there
   * @param ipv4 whether it holds IPv4, else IPv6
   * @param interval whether it holds ranges
   */
  record NamedSet(String name, boolean ipv4, boolean interval) {}

  /** The sets of one family. */
  List<NamedSet> sets(boolean ipv4) {
    return hosts && ranges
        ? List.of(set(ipv4, false), set(ipv4, true))
        : List.of(set(ipv4, !hosts));
  }

  /** Whether one of its sets is that which a prefix belongs into. */
  boolean isFor(NamedSet set, IpPrefix prefix) {
    return set.ipv4() == prefix.isIpv4()
        && set.interval() == (ranges && (!hosts || !prefix.isHost()));
  }

  /** Whether the set of that name holds ranges. */
  static boolean isInterval(String name) {
    for (AddressGroup group : values()) {
      for (boolean ipv4 : new boolean[] {true, false}) {
        for (NamedSet set : group.sets(ipv4)) {
          if (set.name().equals(name)) {
            return set.interval();
          }
        }
      }
    }
    return false;
  }

  private NamedSet set(boolean ipv4, boolean interval) {
    String name = name().toLowerCase(Locale.ROOT);
    return new NamedSet(
        name + (interval && hosts ? "_ranges" : "") + (ipv4 ? "4" : "6"), ipv4, interval);
  }
}
