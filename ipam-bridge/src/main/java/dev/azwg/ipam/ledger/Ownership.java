package dev.azwg.ipam.ledger;

import dev.azwg.ipam.address.IpPrefix;
import java.util.Collection;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Which attachment an address belongs to when several claim it: the newest. Azure hands an address
 * to the next pod without delay, so the old pod's DEL may come after the new pod's ADD.
 */
public final class Ownership {
  private final SortedMap<IpPrefix, Attachment> owners;

  private Ownership(SortedMap<IpPrefix, Attachment> owners) {
    this.owners = Collections.unmodifiableSortedMap(owners);
  }

  /** Decides for each address that any of {@code attachments} has. Their order does not matter. */
  public static Ownership of(Collection<Attachment> attachments) {
    SortedMap<IpPrefix, Attachment> owners = new TreeMap<>();
    for (Attachment attachment : attachments) {
      for (IpPrefix address : attachment.addresses()) {
        Attachment owner = owners.get(address);
        if (owner == null || isNewer(attachment, owner)) {
          owners.put(address, attachment);
        }
      }
    }
    return new Ownership(owners);
  }

  /**
   * Whether {@code claim} takes an address from {@code owner}: it was made later, or at the same
   * nanosecond under the greater key.
   */
  public static boolean isNewer(Attachment claim, Attachment owner) {
    int order = claim.createdAt().compareTo(owner.createdAt());
    return order > 0 || (order == 0 && claim.key().compareTo(owner.key()) > 0);
  }

  /** Every claimed address with its owner, in the order of the addresses. Not modifiable. */
  public SortedMap<IpPrefix, Attachment> owners() {
    return owners;
  }

  /** The owner of an address, or null if no attachment claims it. */
  public @Nullable Attachment ownerOf(IpPrefix address) {
    return owners.get(address);
  }

  /** Whether the attachment with this key owns the address. */
  public boolean owns(AttachmentKey key, IpPrefix address) {
    Attachment owner = owners.get(address);
    return owner != null && owner.key().equals(key);
  }
}
