package dev.azwg.ipam.prevresult;

import dev.azwg.ipam.address.IpPrefix;
import dev.azwg.ipam.address.TunnelPolicy;
import java.util.List;

/**
 * The addresses of one pod interface.
 *
 * @param addresses /32 and /128, each once, in the result's order; empty when the pod has none
 * @param withheld addresses that the pod has and that must never be in a tunnel
 */
public record PodAddresses(List<IpPrefix> addresses, List<Withheld> withheld) {
  /** Keeps own copies. */
  public PodAddresses {
    addresses = List.copyOf(addresses);
    withheld = List.copyOf(withheld);
  }

  /** An address that is not to be recorded, with the rule that forbids it. */
  public record Withheld(IpPrefix address, TunnelPolicy.Rule rule) {}
}
