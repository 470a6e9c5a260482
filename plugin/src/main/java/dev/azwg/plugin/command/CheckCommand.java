package dev.azwg.plugin.command;

import dev.azwg.ipam.address.IpPrefix;
import dev.azwg.ipam.ledger.Attachment;
import dev.azwg.plugin.result.PreviousResult;
import dev.azwg.plugin.spec.CniException;
import dev.azwg.plugin.spec.ErrorCode;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * CHECK: whether an attachment is as its ADD left it: recorded with the addresses of {@code
 * prevResult}, each with its {@code throw} route, and a link that is not wider than the tunnel.
 * Changes nothing. What other plugins of the chain have added since does not matter.
 */
public final class CheckCommand {
  private CheckCommand() {}

  /**
   * Runs the command.
   *
   * @throws CniException with UNKNOWN_CONTAINER if there is no record, DRIFTED for a difference
   */
  public static void run(Call call) throws CniException {
    PreviousResult previous = PreviousResult.of(call.network());
    List<IpPrefix> addresses = PodAddressReader.read(previous, call);
    try {
      Optional<Attachment> recorded = call.attachments().find(call.invocation().key());
      if (recorded.isEmpty() && addresses.isEmpty()) {
        return;
      }
      if (recorded.isEmpty()) {
        throw new CniException(
            ErrorCode.UNKNOWN_CONTAINER,
            "the attachment is not recorded",
            call.invocation().key().toString());
      }
      checkAddresses(addresses, recorded.get());
      checkRoutes(call, addresses);
      checkMtu(call);
    } catch (IOException e) {
      throw new CniException(
          ErrorCode.IO_FAILURE, "cannot check", String.valueOf(e.getMessage()), e);
    }
  }

  private static void checkAddresses(List<IpPrefix> addresses, Attachment recorded)
      throws CniException {
    if (!Set.copyOf(addresses).equals(Set.copyOf(recorded.addresses()))) {
      throw drifted("recorded are " + recorded.addresses() + ", prevResult has " + addresses);
    }
  }

  private static void checkRoutes(Call call, List<IpPrefix> addresses)
      throws CniException, IOException {
    int table = call.table();
    Set<IpPrefix> missing = new HashSet<>(addresses);
    missing.removeAll(call.kernel().throwRoutesOf(table, addresses));
    if (!missing.isEmpty()) {
      throw drifted("table " + table + " has no throw route for " + missing);
    }
  }

  private static void checkMtu(Call call) throws CniException, IOException {
    OptionalInt wanted = WantedMtu.of(call);
    if (wanted.isEmpty()) {
      return;
    }
    String netns = call.invocation().netns();
    String ifName = call.invocation().ifName();
    OptionalInt mtu = call.kernel().podMtu(netns, ifName);
    if (mtu.isEmpty()) {
      throw drifted("there is no " + ifName + " in " + netns);
    }
    if (mtu.getAsInt() > wanted.getAsInt()) {
      throw drifted(
          "the MTU of "
              + ifName
              + " is "
              + mtu.getAsInt()
              + ", at most "
              + wanted.getAsInt()
              + " fits the tunnel");
    }
  }

  private static CniException drifted(String details) {
    return new CniException(ErrorCode.DRIFTED, "the attachment is not as ADD left it", details);
  }
}
