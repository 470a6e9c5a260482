package dev.azwg.plugin.node;

import java.util.OptionalInt;

/**
 * What the MTUs of a pod's veth pair were before they were lowered.
 *
 * @param netns the pod's network namespace
 * @param ifName the pod's link
 * @param podMtu the MTU of that link, if it was changed
 * @param hostIndex the other end, in our own namespace
 * @param hostMtu the MTU of the other end, if it was changed
 */
public record MtuChange(
    String netns, String ifName, OptionalInt podMtu, int hostIndex, OptionalInt hostMtu) {

  /** Nothing was changed. */
  public static MtuChange none(String netns, String ifName) {
    return new MtuChange(netns, ifName, OptionalInt.empty(), 0, OptionalInt.empty());
  }
}
