package dev.azwg.wg.host.nft;

import dev.azwg.ipam.address.IpPrefix;
import dev.azwg.wg.mesh.DesiredState;
import dev.azwg.wg.mesh.RouteTarget;
import dev.azwg.wg.mesh.SortedPrefixes;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;

/**
 * What the table should hold besides its rules.
 *
 * @param tunnelMtu the MTU of the device in bytes, which TCP segments must fit
 * @param sets the content of each set by its name; ranges that another one contains are left out
 */
record FirewallState(int tunnelMtu, SortedMap<String, SortedSet<IpPrefix>> sets) {
  FirewallState {
    sets = Collections.unmodifiableSortedMap(new TreeMap<>(sets));
  }

  /** What a node's desired state asks for. */
  static FirewallState of(FirewallPolicy policy, DesiredState desired) {
    Map<AddressGroup, Collection<IpPrefix>> groups = new EnumMap<>(AddressGroup.class);
    if (policy.hostScope()) {
      groups.put(AddressGroup.PEERS, desired.peerAddresses());
    }
    groups.put(AddressGroup.UNTUNNELLED, desired.untunnelled());
    if (policy.strict()) {
      List<IpPrefix> tunnelled = new ArrayList<>();
      List<IpPrefix> exempt = new ArrayList<>(policy.exempt());
      desired
          .routes()
          .forEach((prefix, target) -> {
            if (target == RouteTarget.DEVICE) {
              tunnelled.add(prefix);
            } else if (target == RouteTarget.THROW) {
              // In strict mode what another node holds never leads past the table.
              exempt.add(prefix);
            }
          });
      groups.put(AddressGroup.TUNNELLED, tunnelled);
      groups.put(AddressGroup.CLUSTER, policy.clusterRanges());
      groups.put(AddressGroup.EXEMPT, exempt);
    }
    return new FirewallState(desired.mtu(), sets(groups));
  }

  private static SortedMap<String, SortedSet<IpPrefix>> sets(
      Map<AddressGroup, Collection<IpPrefix>> groups) {
    SortedMap<String, SortedSet<IpPrefix>> sets = new TreeMap<>();
    for (AddressGroup group : AddressGroup.values()) {
      SortedPrefixes all = SortedPrefixes.copyOf(groups.getOrDefault(group, List.of()));
      for (boolean ipv4 : new boolean[] {true, false}) {
        for (AddressGroup.NamedSet set : group.sets(ipv4)) {
          List<IpPrefix> content = content(group, set, all);
          // Most have one kind of addresses, and then the same set is enough.
          sets.put(set.name(), content.size() == all.size() ? all : SortedPrefixes.copyOf(content));
        }
      }
    }
    return sets;
  }

  private static List<IpPrefix> content(
      AddressGroup group, AddressGroup.NamedSet set, SortedPrefixes all) {
    List<IpPrefix> content = new ArrayList<>();
    // In their order a prefix comes after every one that contains it.
    for (IpPrefix prefix : all) {
      if (group.isFor(set, prefix)
          && (!set.interval() || content.isEmpty() || !content.getLast().contains(prefix))) {
        content.add(prefix);
      }
    }
    return content;
  }
}
