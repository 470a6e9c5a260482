package dev.azwg.ipam.pool;

import dev.azwg.ipam.address.IpPrefix;
import dev.azwg.ipam.address.PrefixSet;
import dev.azwg.ipam.pool.AddressPool.Why;
import dev.azwg.ipam.pool.PoolException.Reason;
import java.net.InetAddress;
import java.util.Collection;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/**
 * Azure's NodeNetworkConfig, {@code acn.azure.com/v1alpha}: the custom resource in which its
 * control plane tells Azure CNS which addresses a node has. It lies in the namespace {@code
 * kube-system}, has the name of its node and is deleted with it.
 *
 * <p>{@code status.networkContainers} has one element for each grant. See {@link NetworkContainer}
 * for what each kind gives. {@code spec.ipsNotInUse} names the assignments that CNS gives back: CNS
 * has taken them out of use before it writes that, and the platform may hand them to another node
 * once they are gone from the status, before this node hears of it. So they are given up as soon as
 * they are named, and the next owner's claim never competes with one of ours. If a pod has such an
 * address all the same, its attachment claims it.
 *
 * <p>Unknown members are passed over. Everything that is used is checked, and a document that
 * cannot be followed in one place is not followed at all: half a pool would look like a pool that
 * shrinks.
 */
public final class NodeNetworkConfigDocument {
  /** A resource may have 1.5 MiB in etcd; one with 1024 assignments has 100 KiB. */
  public static final int MAX_BYTES = 1024 * 1024;

  private static final String API_VERSION = "acn.azure.com/v1alpha";
  private static final String KIND = "NodeNetworkConfig";
  private static final int MAX_CONTAINERS = 64;

  private NodeNetworkConfigDocument() {}

  /**
   * The pool that a document gives to its node.
   *
   * @param document the resource as JSON
   * @param where what to call the document in an error
   * @param node the node's name
   * @param nodeAddresses the node's own addresses: none of them is a pod's, and a network container
   *     with another {@code nodeIP} is one of a machine that had the node's name before
   * @throws PoolException if it is not this node's NodeNetworkConfig, or cannot be followed
   */
  public static AddressPool parse(
      byte[] document, String where, String node, Collection<InetAddress> nodeAddresses)
      throws PoolException {
    PoolMembers root = root(document, where, node);
    PoolMembers metadata = root.object("metadata");
    if (metadata.text("deletionTimestamp").isPresent()) {
      throw new PoolException(
          Reason.BEING_DELETED, metadata.at("deletionTimestamp"), "is there", null);
    }
    Set<String> released =
        new HashSet<>(root.object("spec").texts("ipsNotInUse", PoolBuilder.MAX_PREFIXES));
    PoolBuilder pool = new PoolBuilder();
    pool.nodeAddresses(nodeAddresses);
    Set<IpPrefix> own = hosts(nodeAddresses);
    for (PoolMembers member : root.object("status").objects("networkContainers", MAX_CONTAINERS)) {
      NetworkContainer container = NetworkContainer.of(member);
      if (isOnAnother(container, own)) {
        pool.passOver(container.id(), Why.OTHER_NODE);
      } else {
        container.give(pool, released);
      }
    }
    return pool.build(where);
  }

  /**
   * Everything that the platform gives to a node, for somebody who judges what that node claims: in
   * contrast to {@link #parse} nothing is left out because the node, or its Azure CNS, wishes so.
   *
   * @param document the resource as JSON
   * @param where what to call the document in an error
   * @param node the node's name
   * @param nodeAddresses the node's own addresses, as the judge knows them; a network container
   *     with another {@code nodeIP} gives nothing
   * @return empty if the document has no network container of a kind that is known, and so says
   *     nothing
   * @throws PoolException if it is not that node's NodeNetworkConfig, or cannot be followed
   */
  public static Optional<PrefixSet> granted(
      byte[] document, String where, String node, Collection<InetAddress> nodeAddresses)
      throws PoolException {
    PoolBuilder pool = new PoolBuilder();
    Set<IpPrefix> own = hosts(nodeAddresses);
    boolean said = false;
    for (PoolMembers member :
        root(document, where, node).object("status").objects("networkContainers", MAX_CONTAINERS)) {
      NetworkContainer container = NetworkContainer.of(member);
      if (container.isFollowed()) {
        said = true;
        if (!isOnAnother(container, own)) {
          container.give(pool, Set.of());
        }
      }
    }
    return said ? Optional.of(pool.granted()) : Optional.empty();
  }

  private static PoolMembers root(byte[] document, String where, String node) throws PoolException {
    PoolMembers root = PoolMembers.ofDocument(document, MAX_BYTES, where);
    requireKind(root);
    PoolMembers metadata = root.object("metadata");
    if (!metadata.text("name").equals(Optional.of(node))) {
      throw new PoolException(
          Reason.WRONG_NODE, metadata.at("name"), "is not the name of this node", null);
    }
    return root;
  }

  private static Set<IpPrefix> hosts(Collection<InetAddress> addresses) {
    Set<IpPrefix> hosts = new HashSet<>();
    addresses.forEach(address -> hosts.add(IpPrefix.hostOf(address)));
    return hosts;
  }

  private static boolean isOnAnother(NetworkContainer container, Set<IpPrefix> own) {
    return container.nodeAddress().filter(address -> !own.contains(address)).isPresent();
  }

  private static void requireKind(PoolMembers root) throws PoolException {
    if (!root.text("kind").equals(Optional.of(KIND))) {
      throw new PoolException(Reason.UNKNOWN_VERSION, root.at("kind"), "is not " + KIND, null);
    }
    if (!root.text("apiVersion").equals(Optional.of(API_VERSION))) {
      throw new PoolException(
          Reason.UNKNOWN_VERSION, root.at("apiVersion"), "is not " + API_VERSION, null);
    }
  }
}
