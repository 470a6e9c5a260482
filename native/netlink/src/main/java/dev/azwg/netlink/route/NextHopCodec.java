package dev.azwg.netlink.route;

import static dev.azwg.netlink.libc.LinuxConstants.AF_INET;
import static dev.azwg.netlink.libc.LinuxConstants.AF_INET6;

import dev.azwg.netlink.AttributeReader;
import dev.azwg.netlink.AttributeWriter;
import dev.azwg.netlink.NetlinkException;
import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Gateways ({@code RTA_GATEWAY}, {@code struct rtvia}) and the paths of a multipath route ({@code
 * struct rtnexthop}, each followed by attributes).
 */
final class NextHopCodec {
  private static final int RTNEXTHOP_LENGTH = 8;
  private static final int RTNH_LEN_OFFSET = 0;
  private static final int RTNH_HOPS_OFFSET = 3;
  private static final int RTNH_IFINDEX_OFFSET = 4;
  private static final int RTVIA_FAMILY_LENGTH = 2;
  private static final int RTA_GATEWAY = 5;
  private static final int RTA_VIA = 18;

  private NextHopCodec() {}

  /** RTA_GATEWAY for a gateway of the route's family, RTA_VIA for one of the other. */
  static void writeGateway(AttributeWriter attributes, int routeFamily, InetAddress gateway) {
    if (Prefixes.family(gateway) == routeFamily) {
      attributes.address(RTA_GATEWAY, gateway);
      return;
    }
    byte[] address = gateway.getAddress();
    byte[] via =
        ByteBuffer.allocate(RTVIA_FAMILY_LENGTH + address.length)
            .order(ByteOrder.nativeOrder())
            .putShort((short) Prefixes.family(gateway))
            .put(address)
            .array();
    attributes.bytes(RTA_VIA, via);
  }

  /** The address in RTA_VIA. */
  static InetAddress via(AttributeReader attribute) throws NetlinkException {
    byte[] via = attribute.bytes();
    int family =
        via.length < RTVIA_FAMILY_LENGTH
            ? -1
            : ByteBuffer.wrap(via).order(ByteOrder.nativeOrder()).getShort(0);
    int expected =
        switch (family) {
          case AF_INET -> 4;
          case AF_INET6 -> 16;
          default -> throw attribute.fault("unknown family of the gateway");
        };
    return attribute.address(RTVIA_FAMILY_LENGTH, expected);
  }

  static byte[] encode(int routeFamily, List<NextHop> nextHops) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (NextHop nextHop : nextHops) {
      AttributeWriter attributes = new AttributeWriter();
      InetAddress gateway = nextHop.gateway();
      if (gateway != null) {
        writeGateway(attributes, routeFamily, gateway);
      }
      byte[] header =
          ByteBuffer.allocate(RTNEXTHOP_LENGTH)
              .order(ByteOrder.nativeOrder())
              .putShort(RTNH_LEN_OFFSET, (short) (RTNEXTHOP_LENGTH + attributes.size()))
              .put(RTNH_HOPS_OFFSET, (byte) (nextHop.weight() - 1))
              .putInt(RTNH_IFINDEX_OFFSET, nextHop.outputInterface())
              .array();
      out.writeBytes(header);
      out.writeBytes(attributes.toByteArray());
    }
    return out.toByteArray();
  }

  static List<NextHop> decode(AttributeReader multipath) throws NetlinkException {
    ByteBuffer content = ByteBuffer.wrap(multipath.bytes()).order(ByteOrder.nativeOrder());
    List<NextHop> nextHops = new ArrayList<>();
    int offset = 0;
    while (offset < content.limit()) {
      int remaining = content.limit() - offset;
      int length =
          remaining < RTNEXTHOP_LENGTH
              ? 0
              : Short.toUnsignedInt(content.getShort(offset + RTNH_LEN_OFFSET));
      if (length < RTNEXTHOP_LENGTH || length > remaining) {
        throw multipath.fault("a next hop claims " + length + " of " + remaining + " bytes");
      }
      int weight = Byte.toUnsignedInt(content.get(offset + RTNH_HOPS_OFFSET)) + 1;
      InetAddress gateway = gateway(multipath.nested(offset + RTNEXTHOP_LENGTH, offset + length));
      int outputInterface = content.getInt(offset + RTNH_IFINDEX_OFFSET);
      nextHops.add(new NextHop(outputInterface, gateway, weight));
      // RTNH_ALIGNTO of linux/rtnetlink.h is 4.
      offset += (length + 3) & ~3;
    }
    return nextHops;
  }

  private static @Nullable InetAddress gateway(AttributeReader attributes) throws NetlinkException {
    InetAddress gateway = null;
    while (attributes.next()) {
      switch (attributes.type()) {
        case RTA_GATEWAY -> gateway = attributes.address();
        case RTA_VIA -> gateway = via(attributes);
        default -> {}
      }
    }
    return gateway;
  }
}
