package dev.azwg.netlink.route;

import dev.azwg.netlink.NetlinkException;
import java.util.Optional;

/** Finds the other end of a veth pair that reaches from one network namespace into another. */
public final class VethPair {
  private static final String VETH = "veth";

  private VethPair() {}

  /**
   * The end of a pair that is in a given namespace. IFLA_LINK is an index in the namespace of the
   * other end, which need not be that one: so the link found there must be a veth that names the
   * given one in its turn.
   *
   * @param there the namespace to look in
   * @param end the end that is known, as seen in its own, different namespace
   * @return empty if it is no veth, or if its other end is elsewhere
   */
  public static Optional<Link> otherEnd(RouteNetlink there, Link end) throws NetlinkException {
    if (!end.kind().equals(VETH) || end.linkIndex() <= 0 || end.linkNamespaceId() < 0) {
      return Optional.empty();
    }
    return there
        .link(end.linkIndex())
        .filter(link -> link.kind().equals(VETH) && link.linkIndex() == end.index());
  }
}
