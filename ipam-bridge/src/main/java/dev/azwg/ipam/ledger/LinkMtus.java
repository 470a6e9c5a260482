package dev.azwg.ipam.ledger;

import java.util.OptionalInt;

/**
 * The MTUs of a pod's veth pair as the plugin found them, before it lowered them to what fits the
 * tunnel. Neither end may ever be given more than that: what Azure or another plugin of the chain
 * chose has a reason.
 *
 * @param pod of the pod's end, in bytes
 * @param node of the node's end, if that is in the node's own network namespace
 */
public record LinkMtus(int pod, OptionalInt node) {
  private static final int MAX_MTU = 65535;

  /**
   * Checks the MTUs.
   *
   * @throws IllegalArgumentException if one is not from 1 to 65535
   */
  public LinkMtus {
    if (!isMtu(pod) || !isMtu(node.orElse(1))) {
      throw new IllegalArgumentException("MTUs " + pod + " and " + node);
    }
  }

  static boolean isMtu(long bytes) {
    return bytes > 0 && bytes <= MAX_MTU;
  }

  /** The larger of each: one of the two was found when the link had been lowered before. */
  public LinkMtus atLeast(LinkMtus earlier) {
    OptionalInt larger =
        node.isPresent() && earlier.node.isPresent()
            ? OptionalInt.of(Math.max(node.getAsInt(), earlier.node.getAsInt()))
            : node;
    return new LinkMtus(Math.max(pod, earlier.pod), larger);
  }
}
