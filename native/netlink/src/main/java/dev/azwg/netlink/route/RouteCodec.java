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
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Route messages: {@code struct rtmsg} and {@code RTA_} attributes of linux/rtnetlink.h. */
final class RouteCodec {
  static final int RTMSG_LENGTH = 12;
  private static final int RTM_FAMILY_OFFSET = 0;
  private static final int RTM_DST_LEN_OFFSET = 1;
  private static final int RTM_TABLE_OFFSET = 4;
  private static final int RTM_PROTOCOL_OFFSET = 5;
  private static final int RTM_SCOPE_OFFSET = 6;
  private static final int RTM_TYPE_OFFSET = 7;
  private static final int RTM_FLAGS_OFFSET = 8;

  private static final int RTA_DST = 1;
  private static final int RTA_OIF = 4;
  private static final int RTA_GATEWAY = 5;
  private static final int RTA_PRIORITY = 6;
  private static final int RTA_PREFSRC = 7;
  private static final int RTA_METRICS = 8;
  private static final int RTA_MULTIPATH = 9;
  private static final int RTA_TABLE = 15;
  private static final int RTA_VIA = 18;
  private static final int RTAX_MTU = 2;
  private static final int RTAX_ADVMSS = 8;

  private static final int RTNH_F_ONLINK = 0x4;
  private static final int RTM_F_CLONED = 0x200;

  private RouteCodec() {}

  /** The routes of a family in a table; table 0 is all tables. */
  static NetlinkRequest dump(int family, int table) {
    byte[] header = ByteBuffer.allocate(RTMSG_LENGTH).put(RTM_FAMILY_OFFSET, (byte) family).array();
    AttributeWriter attributes = new AttributeWriter();
    if (table != RouteConstants.RT_TABLE_UNSPEC) {
      attributes.u32(RTA_TABLE, table);
    }
    return new NetlinkRequest("RTM_GETROUTE", RouteConstants.RTM_GETROUTE, 0, header, attributes);
  }

  static NetlinkRequest add(Route route) {
    int flags = NetlinkConstants.NLM_F_CREATE | NetlinkConstants.NLM_F_EXCL;
    return request("RTM_NEWROUTE", RouteConstants.RTM_NEWROUTE, flags, route);
  }

  static NetlinkRequest replace(Route route) {
    int flags = NetlinkConstants.NLM_F_CREATE | NetlinkConstants.NLM_F_REPLACE;
    return request("RTM_NEWROUTE", RouteConstants.RTM_NEWROUTE, flags, route);
  }

  static NetlinkRequest delete(Route route) {
    return request("RTM_DELROUTE", RouteConstants.RTM_DELROUTE, 0, route);
  }

  /** Whether it is a learned cache entry (IPv6 has such), not a route that somebody installed. */
  static boolean isCached(NetlinkMessage message) throws NetlinkException {
    return (message.u32(RTM_FLAGS_OFFSET) & RTM_F_CLONED) != 0;
  }

  /** Whether it is a route of IPv4 or IPv6; multicast routing has messages of the same type. */
  static boolean isUnicastFamily(NetlinkMessage message) throws NetlinkException {
    return Prefixes.isFamily(message.u8(RTM_FAMILY_OFFSET));
  }

  static Route decode(NetlinkMessage message) throws NetlinkException {
    int family = message.u8(RTM_FAMILY_OFFSET);
    int prefixLength = message.u8(RTM_DST_LEN_OFFSET);
    RouteType type = RouteType.ofNumber(message.u8(RTM_TYPE_OFFSET));
    if (!Prefixes.isFamily(family) || prefixLength > Prefixes.width(family)) {
      throw message.fault("family " + family + ", prefix length " + prefixLength, 0);
    }
    if (type == null) {
      throw message.fault("unknown route type", RTM_TYPE_OFFSET);
    }
    InetAddress destination = Prefixes.any(family);
    Fields fields = new Fields();
    fields.table = message.u8(RTM_TABLE_OFFSET);
    AttributeReader attributes = message.attributes(RTMSG_LENGTH);
    while (attributes.next()) {
      if (attributes.type() == RTA_DST) {
        destination = attributes.address(Prefixes.width(family) / 8);
      } else {
        fields.read(attributes);
      }
    }
    // Not by the builder, whose defaults are for routes to be added.
    return new Route(
        fields.table,
        type,
        destination,
        prefixLength,
        // IPv6 shows "lo" for routes that lead nowhere.
        type.isWithoutNextHop() ? 0 : fields.outputInterface,
        fields.gateway,
        fields.preferredSource,
        message.u8(RTM_PROTOCOL_OFFSET),
        message.u8(RTM_SCOPE_OFFSET),
        fields.priority,
        fields.mtu,
        fields.advertisedMss,
        (message.u32(RTM_FLAGS_OFFSET) & RTNH_F_ONLINK) != 0,
        fields.nextHops);
  }

  /** What the attributes say, until all have been read. */
  private static final class Fields {
    private int table;
    private int outputInterface;
    private @Nullable InetAddress gateway;
    private @Nullable InetAddress preferredSource;
    private int priority;
    private int mtu;
    private int advertisedMss;
    private List<NextHop> nextHops = List.of();

    void read(AttributeReader attributes) throws NetlinkException {
      switch (attributes.type()) {
        case RTA_TABLE -> table = attributes.u32();
        case RTA_OIF -> outputInterface = attributes.u32();
        case RTA_GATEWAY -> gateway = attributes.address();
        case RTA_VIA -> gateway = NextHopCodec.via(attributes);
        case RTA_PREFSRC -> preferredSource = attributes.address();
        case RTA_PRIORITY -> priority = attributes.u32();
        case RTA_METRICS -> readMetrics(attributes.nested());
        case RTA_MULTIPATH -> nextHops = NextHopCodec.decode(attributes);
        default -> {}
      }
    }

    private void readMetrics(AttributeReader metrics) throws NetlinkException {
      while (metrics.next()) {
        switch (metrics.type()) {
          case RTAX_MTU -> mtu = metrics.u32();
          case RTAX_ADVMSS -> advertisedMss = metrics.u32();
          default -> {}
        }
      }
    }
  }

  private static NetlinkRequest request(String operation, int type, int flags, Route route) {
    boolean wide = Integer.compareUnsigned(route.table(), 0xff) > 0;
    byte[] header =
        ByteBuffer.allocate(RTMSG_LENGTH)
            .order(ByteOrder.nativeOrder())
            .put(RTM_FAMILY_OFFSET, (byte) route.family())
            .put(RTM_DST_LEN_OFFSET, (byte) route.prefixLength())
            .put(RTM_TABLE_OFFSET, (byte) (wide ? RouteConstants.RT_TABLE_UNSPEC : route.table()))
            .put(RTM_PROTOCOL_OFFSET, (byte) route.protocol())
            .put(RTM_SCOPE_OFFSET, (byte) route.scope())
            .put(RTM_TYPE_OFFSET, (byte) route.type().number())
            .putInt(RTM_FLAGS_OFFSET, route.onLink() ? RTNH_F_ONLINK : 0)
            .array();
    AttributeWriter attributes = new AttributeWriter();
    if (route.prefixLength() > 0) {
      attributes.address(RTA_DST, route.destination());
    }
    if (wide) {
      attributes.u32(RTA_TABLE, route.table());
    }
    if (route.outputInterface() != 0) {
      attributes.u32(RTA_OIF, route.outputInterface());
    }
    InetAddress gateway = route.gateway();
    if (gateway != null) {
      NextHopCodec.writeGateway(attributes, route.family(), gateway);
    }
    InetAddress preferredSource = route.preferredSource();
    if (preferredSource != null) {
      attributes.address(RTA_PREFSRC, preferredSource);
    }
    if (route.priority() != 0) {
      attributes.u32(RTA_PRIORITY, route.priority());
    }
    if (route.mtu() != 0 || route.advertisedMss() != 0) {
      attributes.nested(RTA_METRICS, metrics -> writeMetrics(metrics, route));
    }
    if (!route.nextHops().isEmpty()) {
      attributes.bytes(RTA_MULTIPATH, NextHopCodec.encode(route.family(), route.nextHops()));
    }
    return new NetlinkRequest(operation, type, flags, header, attributes);
  }

  private static void writeMetrics(AttributeWriter metrics, Route route) {
    if (route.mtu() != 0) {
      metrics.u32(RTAX_MTU, route.mtu());
    }
    if (route.advertisedMss() != 0) {
      metrics.u32(RTAX_ADVMSS, route.advertisedMss());
    }
  }
}
