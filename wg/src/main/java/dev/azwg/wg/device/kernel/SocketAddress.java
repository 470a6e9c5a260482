package dev.azwg.wg.device.kernel;

import dev.azwg.netlink.AttributeReader;
import dev.azwg.netlink.NetlinkException;
import dev.azwg.netlink.libc.LinuxConstants;
import dev.azwg.wg.device.Endpoint;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Optional;

/**
 * {@code struct sockaddr_in} and {@code struct sockaddr_in6} of netinet/in.h: the family in native
 * byte order, port and address in network byte order.
 */
final class SocketAddress {
  private static final int PORT_OFFSET = 2;
  private static final int IN_ADDRESS_OFFSET = 4;
  private static final int IN_LENGTH = 16;
  private static final int IN6_ADDRESS_OFFSET = 8;
  private static final int IN6_LENGTH = 28;

  private SocketAddress() {}

  static byte[] encode(Endpoint endpoint) {
    byte[] address = endpoint.address().getAddress();
    boolean ipv4 = address.length == 4;
    ByteBuffer buffer =
        ByteBuffer.allocate(ipv4 ? IN_LENGTH : IN6_LENGTH).order(ByteOrder.nativeOrder());
    buffer.putShort((short) (ipv4 ? LinuxConstants.AF_INET : LinuxConstants.AF_INET6));
    buffer.put((byte) (endpoint.port() >>> 8)).put((byte) endpoint.port());
    // Flow label and scope stay 0.
    buffer.position(ipv4 ? IN_ADDRESS_OFFSET : IN6_ADDRESS_OFFSET).put(address);
    return buffer.array();
  }

  /**
   * Empty for what is no endpoint to us: port 0, to which a peer may well have roamed. A scope is
   * left out.
   */
  static Optional<Endpoint> decode(AttributeReader attribute) throws NetlinkException {
    byte[] bytes = attribute.bytes();
    int family =
        bytes.length < 2 ? -1 : ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder()).getShort();
    byte[] address;
    if (family == LinuxConstants.AF_INET && bytes.length == IN_LENGTH) {
      address = Arrays.copyOfRange(bytes, IN_ADDRESS_OFFSET, IN_ADDRESS_OFFSET + 4);
    } else if (family == LinuxConstants.AF_INET6 && bytes.length == IN6_LENGTH) {
      address = Arrays.copyOfRange(bytes, IN6_ADDRESS_OFFSET, IN6_ADDRESS_OFFSET + 16);
    } else {
      throw attribute.fault("not a socket address of IPv4 or IPv6");
    }
    int port =
        Byte.toUnsignedInt(bytes[PORT_OFFSET]) << 8 | Byte.toUnsignedInt(bytes[PORT_OFFSET + 1]);
    try {
      return port == 0
          ? Optional.empty()
          : Optional.of(new Endpoint(InetAddress.getByAddress(address), port));
    } catch (UnknownHostException e) {
      throw new IllegalStateException(e);
    }
  }
}
