package dev.azwg.ipam.ledger;

import dev.azwg.ipam.address.IpPrefix;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * One pod interface and the addresses it claims for this node.
 *
 * @param netns the path of the pod's network namespace, as CNI_NETNS gave it
 * @param network the name of the network configuration list
 * @param addresses /32 and /128 only, without repetition; may be empty
 * @param pod who it is for, where the runtime told
 * @param linkMtus what the plugin found, where the pod's link is to follow the tunnel's MTU; empty
 *     if it is to be left alone
 * @param createdAt when the claim was made, to the nanosecond: the newest claim owns an address
 */
public record Attachment(
    AttachmentKey key,
    String netns,
    String network,
    List<IpPrefix> addresses,
    Optional<PodIdentity> pod,
    Optional<LinkMtus> linkMtus,
    Instant createdAt) {
  /** The most addresses that one attachment can have. */
  public static final int MAX_ADDRESSES = 4096;

  /** An attachment whose link is to be left alone. */
  public Attachment(
      AttachmentKey key,
      String netns,
      String network,
      List<IpPrefix> addresses,
      Optional<PodIdentity> pod,
      Instant createdAt) {
    this(key, netns, network, addresses, pod, Optional.empty(), createdAt);
  }

  /**
   * Keeps an own copy of the addresses.
   *
   * @throws IllegalArgumentException if there are more than {@link #MAX_ADDRESSES}, or one is not a
   *     /32 or /128, or is there twice
   */
  public Attachment {
    addresses = List.copyOf(addresses);
    if (addresses.size() > MAX_ADDRESSES) {
      throw new IllegalArgumentException("more than " + MAX_ADDRESSES + " addresses");
    }
    Set<IpPrefix> seen = new HashSet<>();
    for (IpPrefix address : addresses) {
      if (!address.isHost()) {
        throw new IllegalArgumentException(address + " is not one address");
      }
      if (!seen.add(address)) {
        throw new IllegalArgumentException(address + " is there twice");
      }
    }
  }
}
