package dev.azwg.wg.datastore.kubernetes;

import dev.azwg.ipam.address.PrefixSet;
import java.net.InetAddress;
import java.util.Optional;
import java.util.Set;

/**
 * What the platform says of one node.
 *
 * @param addresses the Node's InternalIP and ExternalIP addresses
 * @param podCidrs the Node's podCIDRs; on Azure they may be there and not be used
 * @param pool what Azure has given to the node; empty where nothing says so
 * @param pods the addresses of the node's pods, if they were asked for
 */
record PlatformNode(
    Set<InetAddress> addresses, PrefixSet podCidrs, Optional<PrefixSet> pool, PrefixSet pods) {
  PlatformNode {
    addresses = Set.copyOf(addresses);
  }

  /** What the Node alone says. */
  static PlatformNode of(Set<InetAddress> addresses, PrefixSet podCidrs) {
    return new PlatformNode(addresses, podCidrs, Optional.empty(), PrefixSet.EMPTY);
  }

  PlatformNode withPool(Optional<PrefixSet> read) {
    return new PlatformNode(addresses, podCidrs, read, pods);
  }

  PlatformNode withPods(PrefixSet read) {
    return new PlatformNode(addresses, podCidrs, pool, read);
  }

  /** What is kept of it between two checks: a pool is too large to be kept for every node. */
  PlatformNode withoutPool() {
    return of(addresses, podCidrs);
  }
}
