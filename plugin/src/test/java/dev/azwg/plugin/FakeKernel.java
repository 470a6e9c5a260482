package dev.azwg.plugin;

import dev.azwg.ipam.address.IpPrefix;
import dev.azwg.ipam.ledger.LinkMtus;
import dev.azwg.plugin.node.MtuChange;
import dev.azwg.plugin.node.NodeKernel;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;

/** A kernel with one routing table and one pod link. */
public final class FakeKernel implements NodeKernel {
  public final Set<IpPrefix> routes = new ConcurrentSkipListSet<>();
  public volatile int podMtu = 1500;
  public volatile boolean refusesRoutes;
  public volatile int lastTable;

  @Override
  public List<IpPrefix> addThrowRoutes(int table, Collection<IpPrefix> addresses)
      throws IOException {
    lastTable = table;
    if (refusesRoutes) {
      throw new IOException("RTM_NEWROUTE: EPERM");
    }
    List<IpPrefix> added = new ArrayList<>();
    for (IpPrefix address : addresses) {
      if (routes.add(address)) {
        added.add(address);
      }
    }
    return added;
  }

  @Override
  public void deleteThrowRoutes(int table, Collection<IpPrefix> addresses) {
    addresses.forEach(routes::remove);
  }

  @Override
  public Set<IpPrefix> throwRoutesOf(int table, Collection<IpPrefix> addresses) {
    Set<IpPrefix> found = new HashSet<>(addresses);
    found.retainAll(routes);
    return found;
  }

  @Override
  public MtuChange lowerPodMtu(String netns, String ifName, int mtu) {
    boolean lower = podMtu > mtu;
    MtuChange change =
        new MtuChange(
            netns,
            ifName,
            Optional.of(new LinkMtus(podMtu, OptionalInt.empty())),
            lower ? OptionalInt.of(podMtu) : OptionalInt.empty(),
            0,
            OptionalInt.empty());
    podMtu = Math.min(podMtu, mtu);
    return change;
  }

  @Override
  public void restorePodMtu(MtuChange change) {
    change.podMtu().ifPresent(before -> podMtu = before);
  }

  @Override
  public OptionalInt podMtu(String netns, String ifName) {
    return OptionalInt.of(podMtu);
  }
}
