package dev.azwg.ipam.pool;

import dev.azwg.ipam.address.IpPrefix;
import dev.azwg.ipam.pool.AddressPool.Why;
import dev.azwg.ipam.pool.PoolException.Reason;
import java.net.InetAddress;
import java.util.Collection;
import java.util.Map;

/**
 * The state file of azure-vnet-ipam, the IPAM plugin of clusters whose pods have addresses of the
 * nodes' subnet ({@code /var/run/azure-vnet-ipam.json}). Below {@code IPAM} it has {@code
 * AddressSpaces}, by name, of which each has {@code Pools}, by subnet, of which each has a {@code
 * Gateway} and {@code Addresses}, by address, each with {@code Addr} and {@code InUse}.
 *
 * <p>A pool of that file is a subnet of one of the node's NICs; its address records are the NIC's
 * secondary addresses, in use or not, as Azure's host lists them. The NIC's primary address is not
 * among them. The subnet itself belongs to all nodes. A record whose address Azure has taken away
 * stays until its pod is gone.
 */
public final class AzureIpamState {
  /** A NIC has at most 256 addresses, of about 200 bytes each as that plugin writes them. */
  public static final int MAX_BYTES = 1024 * 1024;

  /** Address spaces, and subnets of one. */
  private static final int MAX_SPACES = 16;

  private AzureIpamState() {}

  /**
   * The pool of the node whose state this is.
   *
   * @param document the content of the file
   * @param where what to call the file in an error
   * @param nodeAddresses the node's own addresses: none of them is a pod's
   * @throws PoolException if it is not such a file; one that has no address space yet is a pool
   *     without addresses
   */
  public static AddressPool parse(
      byte[] document, String where, Collection<InetAddress> nodeAddresses) throws PoolException {
    PoolMembers root = PoolMembers.ofDocument(document, MAX_BYTES, where);
    if (!root.object().has("IPAM")) {
      throw new PoolException(Reason.UNKNOWN_VERSION, where, "has no member IPAM", null);
    }
    PoolBuilder pool = new PoolBuilder();
    pool.nodeAddresses(nodeAddresses);
    for (PoolMembers space :
        root.object("IPAM").objectsByName("AddressSpaces", MAX_SPACES).values()) {
      for (Map.Entry<String, PoolMembers> entry :
          space.objectsByName("Pools", MAX_SPACES).entrySet()) {
        subnet(entry.getKey(), entry.getValue(), pool);
      }
    }
    return pool.build(where);
  }

  private static void subnet(String key, PoolMembers members, PoolBuilder pool)
      throws PoolException {
    IpPrefix subnet = PoolMembers.parse(key, members.where(), IpPrefix::networkOfCidr);
    members
        .address("Gateway", IpPrefix::ofHost)
        .ifPresent(address -> pool.withhold(address, Why.GATEWAY));
    for (PoolMembers member :
        members.objectsByName("Addresses", PoolBuilder.MAX_PREFIXES).values()) {
      IpPrefix address =
          member
              .address("Addr", IpPrefix::ofHost)
              .orElseThrow(() -> member.invalid("Addr", "is missing"));
      if (!subnet.contains(address)) {
        throw new PoolException(
            Reason.OUTSIDE_SUBNET,
            member.at("Addr"),
            address + " is not in the subnet " + subnet,
            null);
      }
      pool.give(address, member.at("Addr"));
    }
  }
}
