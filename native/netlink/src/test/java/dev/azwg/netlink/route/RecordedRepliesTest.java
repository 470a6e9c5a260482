package dev.azwg.netlink.route;

import static dev.azwg.netlink.libc.LinuxConstants.AF_INET;
import static dev.azwg.netlink.libc.LinuxConstants.AF_INET6;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.azwg.netlink.NetlinkException;
import dev.azwg.netlink.NetlinkException.Reason;
import dev.azwg.netlink.NetlinkMessage;
import dev.azwg.netlink.fake.FakeKernel;
import dev.azwg.netlink.testing.Seed;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What a real kernel once answered to ip(8), and what becomes of it when it is damaged. */
final class RecordedRepliesTest {
  private static final Map<String, Recording> RECORDINGS = Recording.all();

  @Test
  void links() throws Exception {
    try (RouteNetlink route = replay("dump-links", RouteConstants.RTM_NEWLINK)) {
      List<Link> links = route.links();
      assertEquals(List.of("lo", "br0", "v1", "v0"), links.stream().map(Link::name).toList());
      assertEquals(List.of("", "bridge", "veth", "veth"), links.stream().map(Link::kind).toList());
      assertEquals(List.of(65536, 1500, 1500, 1340), links.stream().map(Link::mtu).toList());
      assertTrue(links.getFirst().isLoopback());
      Link v0 = links.get(3);
      assertTrue(v0.isUp());
      assertEquals(3, v0.linkIndex());
      assertEquals(-1, v0.linkNamespaceId());
      assertEquals(0, v0.masterIndex());
    }
  }

  @Test
  void addresses() throws Exception {
    try (RouteNetlink route = replay("dump-addrs", RouteConstants.RTM_NEWADDR)) {
      List<Address> addresses = route.addresses(4);
      assertEquals(
          new Address(4, ip("10.240.0.4"), 16, 0, RouteConstants.IFA_F_PERMANENT, null),
          addresses.get(0));
      assertEquals(
          new Address(4, ip("10.9.0.1"), 32, 0, RouteConstants.IFA_F_PERMANENT, ip("10.9.0.2")),
          addresses.get(1));
      int flags = RouteConstants.IFA_F_PERMANENT | RouteConstants.IFA_F_NODAD;
      assertTrue(addresses.contains(new Address(4, ip("fd00::4"), 64, 0, flags, null)));
    }
  }

  @Test
  void routes() throws Exception {
    try (RouteNetlink route = replay("dump-routes", RouteConstants.RTM_NEWROUTE)) {
      assertEquals(
          List.of(
              Route.to(ip("10.240.0.7"), 32)
                  .type(RouteType.THROW)
                  .table(51820)
                  .protocol(142)
                  .build(),
              Route.to(ip("10.240.1.7"), 32).table(51820).protocol(142).outputInterface(4).build()),
          route.routes(AF_INET, 51820));
    }
  }

  @Test
  void routesOfAllTables() throws Exception {
    try (RouteNetlink route = replay("dump-routes-all", RouteConstants.RTM_NEWROUTE)) {
      List<Route> routes = route.routes(AF_INET, RouteConstants.RT_TABLE_UNSPEC);
      assertTrue(
          routes.contains(
              Route.to(ip("10.78.0.0"), 16)
                  .nextHops(List.of(new NextHop(4, ip("10.240.0.1"), 3), new NextHop(4, null, 1)))
                  .build()));
      assertTrue(
          routes.contains(
              Route.to(ip("10.79.0.0"), 16).gateway(ip("fd00::1")).outputInterface(4).build()));
      assertTrue(
          routes.contains(
              Route.to(ip("fd00:1::"), 64)
                  .type(RouteType.UNREACHABLE)
                  .table(51820)
                  .protocol(142)
                  .build()));
    }
  }

  @Test
  void rules() throws Exception {
    try (RouteNetlink route = replay("dump-rules", RouteConstants.RTM_NEWRULE)) {
      List<Rule> rules = route.rules(AF_INET);
      assertEquals(
          List.of(0, 60, 97, 99, 32766, 32767), rules.stream().map(Rule::priority).toList());
      assertEquals(
          Rule.of(AF_INET, 99)
              .invert(true)
              .fwmark(0x100000, 0x100000)
              .table(51820)
              .protocol(142)
              .build(),
          rules.get(3));
      assertEquals(
          Rule.of(AF_INET, 97)
              .inputInterface("lo")
              .outputInterface("v0")
              .ipProtocol(17)
              .sourcePorts(PortRange.of(51820))
              .destinationPorts(new PortRange(1, 65534))
              .source(ip("10.0.0.0"), 8)
              .destination(ip("10.240.0.0"), 16)
              .tos(0x10)
              .build(),
          rules.get(2));
    }
    try (RouteNetlink route = replay("dump-rules6", RouteConstants.RTM_NEWRULE)) {
      assertTrue(
          route
              .rules(AF_INET6)
              .contains(Rule.of(AF_INET6, 98).suppressPrefixLength(0).suppressGroup(3).build()));
    }
  }

  @Test
  void everyTruncationIsMalformedAndNothingElse() throws Exception {
    for (byte[] message : messages()) {
      for (int length = NetlinkMessage.HEADER_LENGTH; length < message.length; length++) {
        byte[] cut = Arrays.copyOf(message, length);
        ByteBuffer.wrap(cut).order(ByteOrder.nativeOrder()).putInt(0, length);
        decode(cut);
      }
    }
  }

  @Test
  void everyDamageIsMalformedAndNothingElse() throws Exception {
    List<byte[]> messages = messages();
    Seed.forAll(random -> {
      byte[] message = messages.get(random.nextInt(messages.size())).clone();
      int damages = 1 + random.nextInt(4);
      for (int i = 0; i < damages; i++) {
        int at =
            NetlinkMessage.HEADER_LENGTH
                + random.nextInt(message.length - NetlinkMessage.HEADER_LENGTH);
        message[at] = (byte) random.nextInt();
      }
      decode(message);
    });
  }

  /** Anything but a value or a MALFORMED exception goes to the caller. */
  private static void decode(byte[] bytes) throws NetlinkException {
    try {
      for (NetlinkMessage message : NetlinkMessage.parse("damaged", bytes)) {
        switch (message.type()) {
          case RouteConstants.RTM_NEWLINK -> LinkCodec.decode(message);
          case RouteConstants.RTM_NEWADDR -> AddressCodec.decode(message);
          case RouteConstants.RTM_NEWROUTE -> {
            RouteCodec.isCached(message);
            RouteCodec.decode(message);
          }
          case RouteConstants.RTM_NEWRULE -> RuleCodec.decode(message);
          default -> throw new AssertionError("type " + message.type());
        }
      }
    } catch (NetlinkException e) {
      if (e.reason() != Reason.MALFORMED || e.offset().isEmpty()) {
        throw e;
      }
    }
  }

  private static List<byte[]> messages() throws NetlinkException {
    List<byte[]> messages = new ArrayList<>();
    for (Recording recording : RECORDINGS.values()) {
      for (int type :
          List.of(
              RouteConstants.RTM_NEWLINK,
              RouteConstants.RTM_NEWADDR,
              RouteConstants.RTM_NEWROUTE,
              RouteConstants.RTM_NEWRULE)) {
        recording.received(type).stream().map(NetlinkMessage::toByteArray).forEach(messages::add);
      }
    }
    assertTrue(messages.size() > 50, "the recordings were found");
    return messages;
  }

  private static RouteNetlink replay(String name, int type) throws NetlinkException {
    Recording recording = RECORDINGS.get(name);
    if (recording == null) {
      throw new AssertionError("there is no recording " + name);
    }
    return RouteNetlink.open(new FakeKernel(recording.replay(type)));
  }

  private static InetAddress ip(String literal) throws UnknownHostException {
    return InetAddress.getByName(literal);
  }
}
