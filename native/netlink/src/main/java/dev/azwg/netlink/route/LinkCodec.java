package dev.azwg.netlink.route;

import dev.azwg.netlink.AttributeReader;
import dev.azwg.netlink.AttributeWriter;
import dev.azwg.netlink.NetlinkConstants;
import dev.azwg.netlink.NetlinkException;
import dev.azwg.netlink.NetlinkMessage;
import dev.azwg.netlink.NetlinkRequest;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** Link messages: {@code struct ifinfomsg} and {@code IFLA_} attributes of linux/if_link.h. */
final class LinkCodec {
  private static final int IFINFOMSG_LENGTH = 16;
  private static final int IFI_INDEX_OFFSET = 4;
  private static final int IFI_FLAGS_OFFSET = 8;
  private static final int IFI_CHANGE_OFFSET = 12;

  private static final int IFLA_ADDRESS = 1;
  private static final int IFLA_IFNAME = 3;
  private static final int IFLA_MTU = 4;
  private static final int IFLA_LINK = 5;
  private static final int IFLA_MASTER = 10;
  private static final int IFLA_LINKINFO = 18;
  private static final int IFLA_EXT_MASK = 29;
  private static final int IFLA_LINK_NETNSID = 37;
  private static final int IFLA_INFO_KIND = 1;

  /** Leaves the counters, half of the message, out of replies. */
  private static final int RTEXT_FILTER_SKIP_STATS = 1 << 3;

  private LinkCodec() {}

  static NetlinkRequest dump() {
    AttributeWriter attributes = new AttributeWriter();
    attributes.u32(IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
    return request("RTM_GETLINK", RouteConstants.RTM_GETLINK, 0, header(0, 0, 0), attributes);
  }

  static NetlinkRequest get(String name) {
    AttributeWriter attributes = new AttributeWriter();
    attributes.string(IFLA_IFNAME, name).u32(IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
    return request("RTM_GETLINK", RouteConstants.RTM_GETLINK, 0, header(0, 0, 0), attributes);
  }

  static NetlinkRequest get(int index) {
    AttributeWriter attributes = new AttributeWriter();
    attributes.u32(IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
    return request("RTM_GETLINK", RouteConstants.RTM_GETLINK, 0, header(index, 0, 0), attributes);
  }

  static NetlinkRequest create(String name, String kind) {
    AttributeWriter attributes = new AttributeWriter();
    attributes
        .string(IFLA_IFNAME, name)
        .nested(IFLA_LINKINFO, info -> info.string(IFLA_INFO_KIND, kind));
    int flags = NetlinkConstants.NLM_F_CREATE | NetlinkConstants.NLM_F_EXCL;
    return request("RTM_NEWLINK", RouteConstants.RTM_NEWLINK, flags, header(0, 0, 0), attributes);
  }

  static NetlinkRequest delete(int index) {
    return request(
        "RTM_DELLINK", RouteConstants.RTM_DELLINK, 0, header(index, 0, 0), new AttributeWriter());
  }

  static NetlinkRequest setUp(int index, boolean up) {
    byte[] header = header(index, up ? RouteConstants.IFF_UP : 0, RouteConstants.IFF_UP);
    return change(header, new AttributeWriter());
  }

  static NetlinkRequest setMtu(int index, int mtu) {
    return change(header(index, 0, 0), new AttributeWriter().u32(IFLA_MTU, mtu));
  }

  static NetlinkRequest setMtu(String name, int mtu) {
    AttributeWriter attributes = new AttributeWriter();
    return change(header(0, 0, 0), attributes.string(IFLA_IFNAME, name).u32(IFLA_MTU, mtu));
  }

  static NetlinkRequest rename(int index, String name) {
    return change(header(index, 0, 0), new AttributeWriter().string(IFLA_IFNAME, name));
  }

  static Link decode(NetlinkMessage message) throws NetlinkException {
    int index = message.u32(IFI_INDEX_OFFSET);
    int flags = message.u32(IFI_FLAGS_OFFSET);
    AttributeReader attributes = message.attributes(IFINFOMSG_LENGTH);
    String name = "";
    String kind = "";
    int mtu = 0;
    int linkIndex = 0;
    int linkNamespaceId = -1;
    int masterIndex = 0;
    String hardwareAddress = null;
    while (attributes.next()) {
      switch (attributes.type()) {
        case IFLA_IFNAME -> name = attributes.string();
        case IFLA_MTU -> mtu = attributes.u32();
        case IFLA_LINK -> linkIndex = attributes.u32();
        case IFLA_LINK_NETNSID -> linkNamespaceId = attributes.u32();
        case IFLA_MASTER -> masterIndex = attributes.u32();
        case IFLA_ADDRESS -> hardwareAddress = hardwareAddress(attributes.bytes());
        case IFLA_LINKINFO -> kind = kind(attributes.nested());
        default -> {}
      }
    }
    if (index <= 0 || name.isEmpty()) {
      throw message.fault("a link without index or name", IFI_INDEX_OFFSET);
    }
    return new Link(
        index, name, kind, mtu, flags, linkIndex, linkNamespaceId, masterIndex, hardwareAddress);
  }

  private static String kind(AttributeReader info) throws NetlinkException {
    String kind = "";
    while (info.next()) {
      if (info.type() == IFLA_INFO_KIND) {
        kind = info.string();
      }
    }
    return kind;
  }

  private static @Nullable String hardwareAddress(byte[] address) {
    return address.length == 0 ? null : HexFormat.ofDelimiter(":").formatHex(address);
  }

  private static NetlinkRequest change(byte[] header, AttributeWriter attributes) {
    return request("RTM_NEWLINK", RouteConstants.RTM_NEWLINK, 0, header, attributes);
  }

  private static NetlinkRequest request(
      String operation, int type, int flags, byte[] header, AttributeWriter attributes) {
    return new NetlinkRequest(operation, type, flags, header, attributes);
  }

  private static byte[] header(int index, int flags, int change) {
    return ByteBuffer.allocate(IFINFOMSG_LENGTH)
        .order(ByteOrder.nativeOrder())
        .putInt(IFI_INDEX_OFFSET, index)
        .putInt(IFI_FLAGS_OFFSET, flags)
        .putInt(IFI_CHANGE_OFFSET, change)
        .array();
  }
}
