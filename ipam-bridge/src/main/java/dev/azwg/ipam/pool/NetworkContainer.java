package dev.azwg.ipam.pool;

import dev.azwg.ipam.address.AddressException;
import dev.azwg.ipam.address.IpPrefix;
import dev.azwg.ipam.pool.AddressPool.Why;
import dev.azwg.ipam.pool.PoolException.Reason;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One element of {@code status.networkContainers}. What it gives follows from {@code
 * assignmentMode} and {@code type}:
 *
 * <ul>
 *   <li>{@code static}, {@code overlay} or {@code vnet}: the range {@code primaryIP}, every address
 *       of which CNS gives to pods;
 *   <li>{@code static}, {@code vnetblock}: the block {@code primaryIP}, unless it is one address,
 *       which is then the NIC's; and each {@code ipAssignments[].ip}, a block each. The node's own
 *       address may lie in the first block;
 *   <li>{@code dynamic}, the default: each {@code ipAssignments[].ip}, one address each. {@code
 *       primaryIP} is the container's own address, for translated connections.
 * </ul>
 *
 * {@code subnetAddressSpace} is what all of that lies in, and belongs to all nodes.
 */
final class NetworkContainer {
  private static final String STATIC = "static";
  private static final String DYNAMIC = "dynamic";
  private static final String VNET = "vnet";
  private static final String VNET_BLOCK = "vnetblock";
  private static final String OVERLAY = "overlay";

  private final PoolMembers members;
  private final String mode;
  private final String type;
  private final String id;
  private final Optional<IpPrefix> nodeAddress;

  private NetworkContainer(PoolMembers members) throws PoolException {
    this.members = members;
    mode = members.text("assignmentMode").orElse(DYNAMIC);
    type = members.text("type").orElse(VNET);
    id = PoolMembers.cut(members.text("id").orElse("network container without id"));
    nodeAddress = members.address("nodeIP", IpPrefix::ofHost);
  }

  static NetworkContainer of(PoolMembers members) throws PoolException {
    return new NetworkContainer(members);
  }

  /** For reports. */
  String id() {
    return id;
  }

  /** The address of the node that it is on. */
  Optional<IpPrefix> nodeAddress() {
    return nodeAddress;
  }

  /** Whether it is of a kind that says which addresses pods on the node have. */
  boolean isFollowed() throws PoolException {
    return isKnown() && members.text("macAddress").isEmpty();
  }

  private boolean isKnown() {
    return (mode.equals(STATIC) || mode.equals(DYNAMIC))
        && (type.equals(VNET) || type.equals(VNET_BLOCK) || type.equals(OVERLAY));
  }

  /**
   * Puts what it gives into a pool.
   *
   * @param released the names of assignments that the node gives back
   */
  void give(PoolBuilder pool, Set<String> released) throws PoolException {
    if (!isKnown()) {
      pool.passOver(id, Why.UNKNOWN_KIND);
      return;
    }
    if (members.text("macAddress").isPresent()) {
      // A delegated NIC: its addresses are of a customer's network, where others may have them too.
      pool.passOver(id, Why.OTHER_NIC);
      return;
    }
    for (String gateway : new String[] {"defaultGateway", "defaultGatewayV6"}) {
      members
          .address(gateway, IpPrefix::ofHost)
          .ifPresent(address -> pool.withhold(address, Why.GATEWAY));
    }
    nodeAddress.ifPresent(address -> pool.withhold(address, Why.NODE_ADDRESS));
    members
        .address("primaryIPV6", NetworkContainer::hostOf)
        .ifPresent(address -> pool.withhold(address, Why.PRIMARY_ADDRESS));
    givePrimary(pool);
    if (mode.equals(DYNAMIC) || type.equals(VNET_BLOCK)) {
      giveAssignments(pool, released);
    }
  }

  private void givePrimary(PoolBuilder pool) throws PoolException {
    IpPrefix address = members.address("primaryIP", NetworkContainer::hostOf).orElse(null);
    if (address == null) {
      return;
    }
    IpPrefix range = members.address("primaryIP", NetworkContainer::networkOf).orElse(address);
    boolean isRange = mode.equals(STATIC) && !(type.equals(VNET_BLOCK) && range.isHost());
    if (isRange) {
      give(pool, range, members.at("primaryIP"));
    }
    // A range is written with its first address, which pods are given like the others.
    if (!isRange || !address.address().equals(range.address())) {
      pool.withhold(address, Why.PRIMARY_ADDRESS);
    }
  }

  private void giveAssignments(PoolBuilder pool, Set<String> released) throws PoolException {
    boolean blocks = mode.equals(STATIC);
    for (PoolMembers assignment : members.objects("ipAssignments", PoolBuilder.MAX_PREFIXES)) {
      IpPrefix prefix =
          assignment
              .address("ip", blocks ? IpPrefix::networkOfCidr : IpPrefix::ofHost)
              .orElseThrow(() -> assignment.invalid("ip", "is missing"));
      if (assignment.text("name").filter(released::contains).isPresent()) {
        pool.withhold(prefix, Why.RELEASED);
      } else {
        give(pool, prefix, assignment.at("ip"));
      }
    }
  }

  private void give(PoolBuilder pool, IpPrefix prefix, String where) throws PoolException {
    IpPrefix subnet = subnetFor(prefix);
    // An overlay may be so small that one node has all of it; a node never has a whole subnet.
    boolean whole = !type.equals(OVERLAY) && prefix.equals(subnet);
    if (subnet != null && (whole || !subnet.contains(prefix))) {
      throw new PoolException(
          Reason.OUTSIDE_SUBNET, where, prefix + " is not a part of the subnet " + subnet, null);
    }
    pool.give(prefix, where);
  }

  /** The subnet of a prefix's family; null for IPv6 in a container that names an IPv4 one only. */
  private @Nullable IpPrefix subnetFor(IpPrefix prefix) throws PoolException {
    IpPrefix subnet =
        members
            .address("subnetAddressSpace", IpPrefix::networkOfCidr)
            .orElseThrow(() -> members.invalid("subnetAddressSpace", "is missing"));
    if (subnet.isIpv4() == prefix.isIpv4()) {
      return subnet;
    }
    if (prefix.isIpv4()) {
      throw new PoolException(
          Reason.OUTSIDE_SUBNET, members.at("subnetAddressSpace"), "is not one of IPv4", null);
    }
    return members.address("subnetAddressSpaceV6", IpPrefix::networkOfCidr).orElse(null);
  }

  private static IpPrefix hostOf(String text) throws AddressException {
    return text.indexOf('/') < 0 ? IpPrefix.ofHost(text) : IpPrefix.hostOfCidr(text);
  }

  private static IpPrefix networkOf(String text) throws AddressException {
    return text.indexOf('/') < 0 ? IpPrefix.ofHost(text) : IpPrefix.networkOfCidr(text);
  }
}
