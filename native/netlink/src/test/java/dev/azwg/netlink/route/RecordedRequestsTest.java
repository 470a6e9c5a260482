package dev.azwg.netlink.route;

import static dev.azwg.netlink.libc.LinuxConstants.AF_INET;
import static dev.azwg.netlink.libc.LinuxConstants.AF_INET6;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.azwg.netlink.NetlinkConstants;
import dev.azwg.netlink.NetlinkMessage;
import dev.azwg.netlink.NetlinkRequest;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Our requests are those of ip(8), attribute for attribute. */
final class RecordedRequestsTest {
  /** The index of v0 when it was recorded. */
  private static final int V0 = 4;

  private static final int TABLE = 51820;
  private static final int PROTOCOL = 142;

  private static final Set<Integer> LINK_NESTED = Set.of(18);
  private static final Set<Integer> ROUTE_NESTED = Set.of(8);

  @TestFactory
  Stream<DynamicTest> linkRequestsAreThoseOfIp() {
    Map<String, NetlinkRequest> requests = new LinkedHashMap<>();
    requests.put("link-add-bridge", LinkCodec.create("br0", "bridge"));
    requests.put("link-up", LinkCodec.setUp(V0, true));
    requests.put("link-mtu", LinkCodec.setMtu(V0, 1340));
    return compare(requests, 16, LINK_NESTED);
  }

  @TestFactory
  Stream<DynamicTest> addressRequestsAreThoseOfIp() throws UnknownHostException {
    Map<String, NetlinkRequest> requests = new LinkedHashMap<>();
    requests.put("addr4-add", AddressCodec.add(Address.of(V0, ip("10.240.0.4"), 16)));
    requests.put(
        "addr6-add",
        AddressCodec.add(Address.of(V0, ip("fd00::4"), 64).withFlags(RouteConstants.IFA_F_NODAD)));
    requests.put(
        "addr-peer-add",
        AddressCodec.add(new Address(V0, ip("10.9.0.1"), 32, 0, 0, ip("10.9.0.2"))));
    return compare(requests, 8, Set.of());
  }

  @TestFactory
  Stream<DynamicTest> routeRequestsAreThoseOfIp() throws UnknownHostException {
    RouteBuilder pod =
        Route.to(ip("10.240.0.7"), 32).type(RouteType.THROW).table(TABLE).protocol(PROTOCOL);
    Map<String, NetlinkRequest> requests = new LinkedHashMap<>();
    requests.put("route-throw", RouteCodec.add(pod.build()));
    // ip(8) deletes a route of any scope, RouteNetlink deletes the very route.
    requests.put(
        "route-delete", RouteCodec.delete(pod.scope(RouteConstants.RT_SCOPE_NOWHERE).build()));
    requests.put(
        "route-dev",
        RouteCodec.add(
            Route.to(ip("10.240.1.7"), 32)
                .table(TABLE)
                .protocol(PROTOCOL)
                .outputInterface(V0)
                .build()));
    requests.put(
        "route-via",
        RouteCodec.add(
            Route.to(ip("10.77.0.0"), 16)
                .gateway(ip("10.240.0.1"))
                .preferredSource(ip("10.240.0.4"))
                .priority(7)
                .mtu(1340)
                .advertisedMss(1300)
                .build()));
    requests.put(
        "route-multipath",
        RouteCodec.add(
            Route.to(ip("10.78.0.0"), 16)
                .nextHops(List.of(new NextHop(0, ip("10.240.0.1"), 3), new NextHop(V0, null, 1)))
                .build()));
    requests.put(
        "route-via6",
        RouteCodec.add(
            Route.to(ip("10.79.0.0"), 16).gateway(ip("fd00::1")).outputInterface(V0).build()));
    requests.put(
        "route-replace",
        RouteCodec.replace(Route.to(ip("10.77.0.0"), 16).outputInterface(V0).priority(7).build()));
    return compare(requests, RouteCodec.RTMSG_LENGTH, ROUTE_NESTED);
  }

  @TestFactory
  Stream<DynamicTest> ruleRequestsAreThoseOfIp() throws UnknownHostException {
    Map<String, NetlinkRequest> requests = new LinkedHashMap<>();
    requests.put(
        "rule-fwmark",
        RuleCodec.add(
            Rule.of(AF_INET, 99)
                .invert(true)
                .fwmark(0x100000, 0x100000)
                .table(TABLE)
                .protocol(PROTOCOL)
                .build()));
    requests.put(
        "rule-ports",
        RuleCodec.add(
            Rule.of(AF_INET, 97)
                .inputInterface("lo")
                .outputInterface("v0")
                .ipProtocol(17)
                .sourcePorts(PortRange.of(51820))
                .destinationPorts(new PortRange(1, 65534))
                .source(ip("10.0.0.0"), 8)
                .destination(ip("10.240.0.0"), 16)
                .tos(0x10)
                .build()));
    requests.put(
        "rule-suppress",
        RuleCodec.add(Rule.of(AF_INET6, 98).suppressPrefixLength(0).suppressGroup(3).build()));
    requests.put("rule-goto", RuleCodec.add(Rule.of(AF_INET, 50).goTo(32766).build()));
    requests.put("rule-delete", RuleCodec.delete(Rule.of(AF_INET, 50).goTo(32766).build()));
    requests.put(
        "rule-unreachable",
        RuleCodec.add(
            Rule.of(AF_INET, 60)
                .action(RuleAction.UNREACHABLE)
                .source(ip("192.0.2.1"), 32)
                .build()));
    return compare(requests, 12, Set.of());
  }

  private static Stream<DynamicTest> compare(
      Map<String, NetlinkRequest> requests, int headerLength, Set<Integer> nested) {
    Map<String, Recording> recordings = Recording.all();
    return requests.entrySet().stream()
        .map(entry ->
            DynamicTest.dynamicTest(
                entry.getKey(),
                () -> {
                  Recording recorded = recordings.get(entry.getKey());
                  if (recorded == null) {
                    throw new AssertionError("there is no such recording");
                  }
                  NetlinkMessage ours =
                      NetlinkMessage.parse("ours", acknowledged(entry.getValue())).getFirst();
                  assertEquals(
                      Recording.canonical(recorded.request(), headerLength, nested),
                      Recording.canonical(ours, headerLength, nested));
                }));
  }

  private static byte[] acknowledged(NetlinkRequest request) {
    byte[] bytes = request.toByteArray(1, 2);
    bytes[6] |= NetlinkConstants.NLM_F_ACK;
    return bytes;
  }

  private static InetAddress ip(String literal) throws UnknownHostException {
    return InetAddress.getByName(literal);
  }
}
