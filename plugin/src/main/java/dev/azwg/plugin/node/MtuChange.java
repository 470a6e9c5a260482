package dev.azwg.plugin.node;

import dev.azwg.ipam.ledger.LinkMtus;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What the MTUs of a pod's veth pair were before they were lowered.
 *
 * @param netns the pod's network namespace
 * @param ifName the pod's link
 * @param found the MTUs of both ends before; empty if they were not looked at
 * @param podMtu the MTU of that link, if it was changed
 * @param hostIndex the other end, in our own namespace
 * @param hostMtu the MTU of the other end, if it was changed
 */
public record MtuChange(
    String netns,
    String ifName,
    Optional<LinkMtus> found,
    OptionalInt podMtu,
    int hostIndex,
    OptionalInt hostMtu) {

  /** Nothing was changed, nor looked at. */
  public static MtuChange none(String netns, String ifName) {
    return new MtuChange(
        netns, ifName, Optional.empty(), OptionalInt.empty(), 0, OptionalInt.empty());
  }
}
