package dev.azwg.netlink.route;

import dev.azwg.netlink.AttributeReader;
import dev.azwg.netlink.AttributeWriter;
import dev.azwg.netlink.NetlinkConstants;
import dev.azwg.netlink.NetlinkException;
import dev.azwg.netlink.NetlinkMessage;
import dev.azwg.netlink.NetlinkRequest;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Address messages: {@code struct ifaddrmsg} and {@code IFA_} attributes of linux/if_addr.h. */
final class AddressCodec {
  private static final int IFADDRMSG_LENGTH = 8;
  private static final int IFA_FAMILY_OFFSET = 0;
  private static final int IFA_PREFIXLEN_OFFSET = 1;
  private static final int IFA_FLAGS_OFFSET = 2;
  private static final int IFA_SCOPE_OFFSET = 3;
  private static final int IFA_INDEX_OFFSET = 4;

  private static final int IFA_ADDRESS = 1;
  private static final int IFA_LOCAL = 2;
  private static final int IFA_FLAGS = 8;

  private AddressCodec() {}

  /** All addresses of an interface, or of all interfaces for index 0. */
  static NetlinkRequest dump(int interfaceIndex) {
    byte[] header =
        ByteBuffer.allocate(IFADDRMSG_LENGTH)
            .order(ByteOrder.nativeOrder())
            .putInt(IFA_INDEX_OFFSET, interfaceIndex)
            .array();
    return new NetlinkRequest(
        "RTM_GETADDR", RouteConstants.RTM_GETADDR, 0, header, new AttributeWriter());
  }

  static NetlinkRequest add(Address address) {
    int flags = NetlinkConstants.NLM_F_CREATE | NetlinkConstants.NLM_F_EXCL;
    return request("RTM_NEWADDR", RouteConstants.RTM_NEWADDR, flags, address);
  }

  static NetlinkRequest delete(Address address) {
    return request("RTM_DELADDR", RouteConstants.RTM_DELADDR, 0, address);
  }

  static Address decode(NetlinkMessage message) throws NetlinkException {
    int family = message.u8(IFA_FAMILY_OFFSET);
    int prefixLength = message.u8(IFA_PREFIXLEN_OFFSET);
    int flags = message.u8(IFA_FLAGS_OFFSET);
    int scope = message.u8(IFA_SCOPE_OFFSET);
    int index = message.u32(IFA_INDEX_OFFSET);
    if (!Prefixes.isFamily(family) || prefixLength > Prefixes.width(family)) {
      throw message.fault("family " + family + ", prefix length " + prefixLength, 0);
    }
    AttributeReader attributes = message.attributes(IFADDRMSG_LENGTH);
    InetAddress address = null;
    InetAddress local = null;
    while (attributes.next()) {
      switch (attributes.type()) {
        case IFA_ADDRESS -> address = attributes.address(Prefixes.width(family) / 8);
        case IFA_LOCAL -> local = attributes.address(Prefixes.width(family) / 8);
        case IFA_FLAGS -> flags = attributes.u32();
        default -> {}
      }
    }
    // IFA_ADDRESS is the prefix's address, IFA_LOCAL the interface's: they differ where there is a
    // peer, and IPv6 sends IFA_LOCAL only then.
    InetAddress own = local == null ? address : local;
    if (own == null) {
      throw message.fault("an address message without address", IFADDRMSG_LENGTH);
    }
    InetAddress peer = address == null || address.equals(own) ? null : address;
    return new Address(index, own, prefixLength, scope, flags, peer);
  }

  private static NetlinkRequest request(String operation, int type, int flags, Address address) {
    byte[] header =
        ByteBuffer.allocate(IFADDRMSG_LENGTH)
            .order(ByteOrder.nativeOrder())
            .put(IFA_FAMILY_OFFSET, (byte) address.family())
            .put(IFA_PREFIXLEN_OFFSET, (byte) address.prefixLength())
            .put(IFA_FLAGS_OFFSET, (byte) address.flags())
            .put(IFA_SCOPE_OFFSET, (byte) address.scope())
            .putInt(IFA_INDEX_OFFSET, address.interfaceIndex())
            .array();
    AttributeWriter attributes = new AttributeWriter();
    InetAddress peer = address.peer();
    attributes
        .address(IFA_LOCAL, address.address())
        .address(IFA_ADDRESS, peer == null ? address.address() : peer);
    if (address.flags() > 0xff) {
      attributes.u32(IFA_FLAGS, address.flags());
    }
    return new NetlinkRequest(operation, type, flags, header, attributes);
  }
}
