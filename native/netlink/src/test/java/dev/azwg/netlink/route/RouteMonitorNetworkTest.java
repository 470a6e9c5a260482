package dev.azwg.netlink.route;

import static dev.azwg.netlink.libc.LinuxConstants.AF_INET;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.azwg.netlink.NetlinkException;
import dev.azwg.netlink.NetlinkException.Reason;
import dev.azwg.netlink.libc.JnaLibc;
import dev.azwg.netlink.route.RouteEvent.AddressChanged;
import dev.azwg.netlink.route.RouteEvent.AddressRemoved;
import dev.azwg.netlink.route.RouteEvent.LinkChanged;
import dev.azwg.netlink.route.RouteEvent.LinkRemoved;
import dev.azwg.netlink.route.RouteEvent.NetconfChanged;
import dev.azwg.netlink.route.RouteEvent.Overrun;
import dev.azwg.netlink.route.RouteEvent.RouteChanged;
import dev.azwg.netlink.route.RouteEvent.RouteRemoved;
import dev.azwg.netlink.route.RouteEvent.RuleAdded;
import dev.azwg.netlink.route.RouteEvent.RuleRemoved;
import dev.azwg.netlink.testing.NamespaceExtension;
import dev.azwg.netlink.testing.TestNamespace;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** The monitor on the real kernel. */
@Tag("network")
@Timeout(60)
@ExtendWith(NamespaceExtension.class)
final class RouteMonitorNetworkTest {
  private static final Duration LONG = Duration.ofSeconds(30);

  private final TestNamespace namespace;
  private final RouteMonitor monitor;
  private final List<RouteEvent> seen = new ArrayList<>();

  RouteMonitorNetworkTest(TestNamespace namespace) throws IOException {
    this.namespace = namespace;
    this.monitor =
        namespace.call(() -> RouteMonitor.open(new JnaLibc(), EnumSet.allOf(RouteGroup.class)));
  }

  @AfterEach
  void close() {
    monitor.close();
  }

  @Test
  void tellsWhatIpChanges() throws Exception {
    namespace.ip("link", "add", "br0", "type", "bridge");
    await(e -> e instanceof LinkChanged(Link link) && link.name().equals("br0"));
    namespace.ip("link", "set", "br0", "mtu", "1340");
    await(e -> e instanceof LinkChanged(Link link) && link.mtu() == 1340);
    namespace.ip("address", "add", "10.240.0.4/16", "dev", "br0");
    InetAddress address = InetAddress.getByName("10.240.0.4");
    await(e -> e instanceof AddressChanged(Address a) && a.address().equals(address));
    namespace.ip("address", "delete", "10.240.0.4/16", "dev", "br0");
    await(e -> e instanceof AddressRemoved(Address a) && a.address().equals(address));
    Route route = pod(7);
    namespace.ip("route", "add", "throw", "10.240.0.7", "table", "51820", "proto", "142");
    await(e -> e instanceof RouteChanged(Route r, int port) && r.equals(route) && port != 0);
    namespace.ip("route", "delete", "throw", "10.240.0.7", "table", "51820");
    await(e -> e instanceof RouteRemoved(Route r, int port) && r.equals(route) && port != 0);
    Rule rule = Rule.of(AF_INET, 99).table(51820).build();
    namespace.ip("rule", "add", "table", "51820", "priority", "99");
    await(e -> e.equals(new RuleAdded(rule)));
    namespace.ip("rule", "delete", "priority", "99");
    await(e -> e.equals(new RuleRemoved(rule)));
    namespace.ip("link", "delete", "br0");
    await(e -> e instanceof LinkRemoved(Link link) && link.name().equals("br0"));
  }

  @Test
  void tellsWhoseWorkARouteIs() throws Exception {
    Route route = pod(7);
    try (RouteNetlink netlink = namespace.call(() -> RouteNetlink.open(new JnaLibc()))) {
      netlink.addRoute(route);
      await(e -> e.equals(new RouteChanged(route, netlink.portId())));
      netlink.deleteRoute(route);
      await(e -> e.equals(new RouteRemoved(route, netlink.portId())));
    }
  }

  @Test
  void tellsThatReversePathFilteringWasChanged() throws Exception {
    namespace.ip("link", "add", "br0", "type", "bridge");
    int index =
        namespace.call(() -> {
          try (RouteNetlink netlink = RouteNetlink.open(new JnaLibc())) {
            return netlink.link("br0").orElseThrow().index();
          }
        });
    namespace.exec("sysctl", "-qw", "net.ipv4.conf.br0.rp_filter=1");
    await(e -> e.equals(new NetconfChanged(new Netconf(index, OptionalInt.of(1)))));
    namespace.exec("sysctl", "-qw", "net.ipv4.conf.all.rp_filter=2");
    await(e -> e.equals(new NetconfChanged(new Netconf(Netconf.ALL, OptionalInt.of(2)))));
  }

  @Test
  void kernelWakesTheReceiver() throws Exception {
    monitor.wakeUp();
    assertEquals(List.of(), monitor.next(LONG));
    monitor.close();
    NetlinkException e = assertThrows(NetlinkException.class, () -> monitor.next(LONG));
    assertEquals(Reason.CLOSED, e.reason());
  }

  @Test
  void tellsThatEventsWereLost() throws Exception {
    // Nobody receives meanwhile; the buffer holds some ten thousand events.
    List<RouteChange> changes = new ArrayList<>();
    for (int i = 0; i < 60_000; i++) {
      changes.add(new RouteChange.Add(pod(i)));
    }
    try (RouteNetlink route = namespace.call(() -> RouteNetlink.open(new JnaLibc()))) {
      assertEquals(List.of(), route.apply(changes));
    }
    await(e -> e instanceof Overrun);
    // And goes on afterwards.
    namespace.ip("link", "add", "br0", "type", "bridge");
    await(e -> e instanceof LinkChanged(Link link) && link.name().equals("br0"));
  }

  private static Route pod(int number) throws IOException {
    byte[] address = {10, (byte) (240 + (number >>> 16)), (byte) (number >>> 8), (byte) number};
    return Route.to(InetAddress.getByAddress(address), 32)
        .type(RouteType.THROW)
        .table(51820)
        .protocol(142)
        .build();
  }

  private void await(Predicate<RouteEvent> wanted) throws NetlinkException {
    seen.clear();
    while (seen.stream().noneMatch(wanted)) {
      List<RouteEvent> events = monitor.next(LONG);
      assertTrue(!events.isEmpty(), () -> "the event did not come, but " + seen.size() + " others");
      seen.addAll(events);
    }
  }
}
