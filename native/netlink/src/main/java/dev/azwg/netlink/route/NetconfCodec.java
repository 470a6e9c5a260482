package dev.azwg.netlink.route;

import dev.azwg.netlink.AttributeReader;
import dev.azwg.netlink.NetlinkException;
import dev.azwg.netlink.NetlinkMessage;
import java.util.OptionalInt;

/** Parameter messages: {@code struct netconfmsg} and {@code NETCONFA_} of linux/netconf.h. */
final class NetconfCodec {
  private static final int NETCONFMSG_LENGTH = 1;

  private static final int NETCONFA_IFINDEX = 1;
  private static final int NETCONFA_RP_FILTER = 3;

  private NetconfCodec() {}

  static Netconf decode(NetlinkMessage message) throws NetlinkException {
    AttributeReader attributes = message.attributes(NETCONFMSG_LENGTH);
    int index = 0;
    OptionalInt reversePathFilter = OptionalInt.empty();
    while (attributes.next()) {
      switch (attributes.type()) {
        case NETCONFA_IFINDEX -> index = attributes.u32();
        case NETCONFA_RP_FILTER -> reversePathFilter = OptionalInt.of(attributes.u32());
        default -> {}
      }
    }
    if (index == 0) {
      throw message.fault("parameters of no interface", 0);
    }
    return new Netconf(index, reversePathFilter);
  }
}
