package dev.azwg.plugin.command;

import dev.azwg.ipam.address.IpPrefix;
import dev.azwg.ipam.prevresult.PodAddresses;
import dev.azwg.ipam.prevresult.PodAddresses.Withheld;
import dev.azwg.ipam.prevresult.PrevResult;
import dev.azwg.ipam.prevresult.PrevResultException;
import dev.azwg.plugin.result.PreviousResult;
import dev.azwg.plugin.spec.CniException;
import dev.azwg.plugin.spec.ErrorCode;
import java.util.List;

/** The pod's addresses that go through the tunnel. */
final class PodAddressReader {
  private PodAddressReader() {}

  /**
   * Reads them from the previous result.
   *
   * <p>An address that no pod can have (loopback, multicast, unspecified, broadcast) makes the
   * result an error: whoever gave it is broken, and the pod would not work. An address that a pod
   * can have but the tunnel must not carry (link-local, Azure's host) is left out: the pod starts.
   *
   * @throws CniException with DECODING_FAILURE for a malformed result, INVALID_NETWORK_CONFIG for
   *     an address that no pod can have
   */
  static List<IpPrefix> read(PreviousResult previous, Call call) throws CniException {
    PodAddresses pod;
    try {
      pod = PrevResult.podAddresses(previous.document(), call.invocation().ifName());
    } catch (PrevResultException e) {
      throw new CniException(
          ErrorCode.DECODING_FAILURE,
          "cannot decode prevResult",
          String.valueOf(e.getMessage()),
          e);
    }
    for (Withheld withheld : pod.withheld()) {
      switch (withheld.rule()) {
        case LINK_LOCAL, AZURE_HOST ->
            call.journal().warning(withheld.address() + " stays outside the tunnel");
        case UNSPECIFIED, LOOPBACK, MULTICAST, BROADCAST ->
            throw new CniException(
                ErrorCode.INVALID_NETWORK_CONFIG,
                "prevResult has an address that no pod can have",
                withheld.address() + " (" + withheld.rule() + ")");
      }
    }
    return pod.addresses();
  }
}
