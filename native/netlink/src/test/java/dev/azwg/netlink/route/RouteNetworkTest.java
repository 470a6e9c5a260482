package dev.azwg.netlink.route;

import static dev.azwg.netlink.libc.LinuxConstants.AF_INET;
import static dev.azwg.netlink.libc.LinuxConstants.AF_INET6;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import dev.azwg.netlink.NetlinkException;
import dev.azwg.netlink.NetlinkException.Reason;
import dev.azwg.netlink.libc.Errno;
import dev.azwg.netlink.libc.JnaLibc;
import dev.azwg.netlink.testing.IpJson;
import dev.azwg.netlink.testing.NamespaceExtension;
import dev.azwg.netlink.testing.TestNamespace;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Routes on the real kernel, each way compared with ip(8). */
@Tag("network")
@ExtendWith(NamespaceExtension.class)
final class RouteNetworkTest {
  private static final int TABLE = 51820;
  private static final int PROTOCOL = 142;

  private final TestNamespace namespace;
  private final RouteNetlink route;
  private final int v0;

  RouteNetworkTest(TestNamespace namespace) throws IOException {
    this.namespace = namespace;
    this.route = namespace.call(() -> RouteNetlink.open(new JnaLibc()));
    namespace.ip("link", "add", "v0", "type", "veth", "peer", "name", "v1");
    namespace.ip("address", "add", "10.240.0.4/16", "dev", "v0");
    namespace.ip("address", "add", "fd00::4/64", "dev", "v0", "nodad");
    namespace.ip("link", "set", "v1", "up");
    namespace.ip("link", "set", "v0", "up");
    this.v0 = route.link("v0").orElseThrow().index();
  }

  @BeforeEach
  void tableIsEmpty() throws NetlinkException {
    assertEquals(List.of(), route.routes(AF_INET, TABLE));
    assertEquals(List.of(), route.routes(AF_INET6, TABLE));
  }

  @AfterEach
  void close() {
    route.close();
  }

  @Test
  void whatIsAddedIsListedAsAnEqualRecord() throws Exception {
    for (Route added : routes()) {
      route.addRoute(added);
    }
    Set<Route> listed = new HashSet<>(route.routes(AF_INET, TABLE));
    listed.addAll(route.routes(AF_INET6, TABLE));
    assertEquals(new HashSet<>(routes()), listed);
    for (Route added : routes()) {
      route.deleteRoute(added);
    }
    assertEquals(List.of(), route.routes(AF_INET, TABLE));
    assertEquals(List.of(), route.routes(AF_INET6, TABLE));
  }

  @Test
  void ipSeesWhatIsAdded() throws Exception {
    for (Route added : routes()) {
      route.addRoute(added);
    }
    assertEquals(
        Set.of(
            "throw 10.240.0.7 - - - global 142 -",
            "unreachable 10.240.0.8 - - - global 142 5",
            "blackhole 10.240.0.9 - - - global 142 -",
            "prohibit 10.240.0.10 - - - global 142 -",
            "unicast 10.240.1.7 v0 - - link 142 -",
            "unicast 10.77.0.0/16 v0 10.240.0.1 10.240.0.4 global 142 7",
            "unicast 10.78.0.0/16 - - - global 142 -",
            "unicast 10.79.0.0/16 v0 - - global 142 -",
            "unicast 10.80.0.0/16 v0 192.0.2.1 - global 142 -",
            "unicast default v0 10.240.0.1 - global 142 -"),
        shown("-4"));
    assertEquals(
        Set.of(
            "throw fd00:2::1 lo - - global 142 1024",
            "unreachable fd00:2::/64 lo - - global 142 1024",
            "unicast fd00:3::1 v0 - - global 142 1024",
            "unicast fd00:4::/48 v0 fd00::1 fd00::4 global 142 9"),
        shown("-6"));
    JsonObject via =
        IpJson.parse(namespace.ip("-j", "-d", "route", "show", "table", "51820", "10.77.0.0/16"))
            .getFirst();
    assertEquals("[{\"mtu\":1340,\"advmss\":1300}]", IpJson.select(via, "metrics"));
  }

  @Test
  void whatIpAddsIsListed() throws Exception {
    ipRoute("throw", "10.240.0.7/32");
    ipRoute("unreachable", "10.240.0.8/32", "metric", "5");
    ipRoute("blackhole", "10.240.0.9/32");
    ipRoute("prohibit", "10.240.0.10/32");
    ipRoute("unicast", "10.240.1.7/32", "dev", "v0");
    ipRoute(
        "unicast",
        "10.77.0.0/16",
        "via",
        "10.240.0.1",
        "src",
        "10.240.0.4",
        "metric",
        "7",
        "mtu",
        "1340",
        "advmss",
        "1300");
    ipRoute(
        "unicast",
        "10.78.0.0/16",
        "nexthop",
        "via",
        "10.240.0.1",
        "weight",
        "3",
        "nexthop",
        "dev",
        "v0",
        "weight",
        "1");
    ipRoute("unicast", "10.79.0.0/16", "via", "inet6", "fd00::1", "dev", "v0");
    ipRoute("unicast", "10.80.0.0/16", "via", "192.0.2.1", "dev", "v0", "onlink");
    ipRoute("unicast", "default", "via", "10.240.0.1");
    ipRoute("throw", "fd00:2::1/128");
    ipRoute("unreachable", "fd00:2::/64");
    ipRoute("unicast", "fd00:3::1/128", "dev", "v0");
    ipRoute(
        "unicast", "fd00:4::/48", "via", "fd00::1", "src", "fd00::4", "metric", "9", "mtu", "1320");
    Set<Route> listed = new HashSet<>(route.routes(AF_INET, TABLE));
    listed.addAll(route.routes(AF_INET6, TABLE));
    assertEquals(new HashSet<>(routes()), listed);
  }

  @Test
  void tablesAreKeptApart() throws Exception {
    route.addRoute(pod("10.240.0.7").build());
    route.addRoute(pod("10.240.0.8").table(TABLE + 1).build());
    route.addRoute(pod("10.240.0.9").table(-2).build());
    route.addRoute(pod("10.240.0.10").table(200).build());
    assertEquals(List.of(pod("10.240.0.7").build()), route.routes(AF_INET, TABLE));
    assertEquals(List.of(pod("10.240.0.9").table(-2).build()), route.routes(AF_INET, -2));
    assertEquals(List.of(pod("10.240.0.10").table(200).build()), route.routes(AF_INET, 200));
    List<Route> all = route.routes(AF_INET, RouteConstants.RT_TABLE_UNSPEC);
    assertTrue(all.contains(pod("10.240.0.8").table(TABLE + 1).build()));
    assertTrue(all.stream().anyMatch(r -> r.table() == RouteConstants.RT_TABLE_LOCAL));
  }

  @Test
  void everyRouteOfTheMachineCanBeListed() throws Exception {
    int count = route.routes(AF_INET, RouteConstants.RT_TABLE_UNSPEC).size();
    assertEquals(
        IpJson.parse(namespace.ip("-j", "-4", "route", "show", "table", "all")).size(), count);
    int count6 = route.routes(AF_INET6, RouteConstants.RT_TABLE_UNSPEC).size();
    assertEquals(
        IpJson.parse(namespace.ip("-j", "-6", "route", "show", "table", "all")).size(), count6);
  }

  @Test
  void replaceTakesTheOthersPlace() throws Exception {
    route.replaceRoute(pod("10.240.0.7").build());
    Route device = Route.to(ip("10.240.0.7"), 32).table(TABLE).outputInterface(v0).build();
    route.replaceRoute(device);
    assertEquals(List.of(device), route.routes(AF_INET, TABLE));
  }

  @Test
  void tellsWhyTheKernelRefused() throws Exception {
    Route added = pod("10.240.0.7").build();
    route.addRoute(added);
    assertRejected(Errno.EEXIST, () -> route.addRoute(added));
    assertRejected(Errno.ESRCH, () -> route.deleteRoute(pod("10.240.0.8").build()));
    assertRejected(Errno.ESRCH, () -> route.deleteRoute(pod("10.240.0.7").priority(3).build()));
    assertRejected(
        Errno.ENODEV,
        () -> route.addRoute(Route.to(ip("10.9.0.0"), 16).outputInterface(4711).build()));
    NetlinkException e =
        assertRejected(
            Errno.EINVAL,
            () -> route.addRoute(Route.to(ip("10.0.0.1"), 8).outputInterface(v0).build()));
    assertEquals("RTM_NEWROUTE", e.operation());
    assertEquals("Invalid prefix for given prefix length", e.kernelText().orElseThrow());
    NetlinkException unreachable =
        assertRejected(
            Errno.ENETUNREACH,
            () -> route.addRoute(Route.to(ip("10.9.0.0"), 16).gateway(ip("192.0.2.1")).build()));
    assertEquals("Nexthop has invalid gateway", unreachable.kernelText().orElseThrow());
  }

  @Test
  void batchCarriesOutWhatItCanAndTellsTheRest() throws Exception {
    int count = 10_000;
    List<RouteChange> changes = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      changes.add(new RouteChange.Add(remote(i)));
    }
    long start = System.nanoTime();
    assertEquals(List.of(), route.apply(changes));
    long added = System.nanoTime();
    List<Route> listed = route.routes(AF_INET, TABLE);
    long read = System.nanoTime();
    assertEquals(count, listed.size());
    assertEquals(count, new HashSet<>(listed).size());

    // Half of these exist already.
    List<RouteChange> again = new ArrayList<>();
    for (int i = count / 2; i < count + count / 2; i++) {
      again.add(new RouteChange.Add(remote(i)));
    }
    List<RouteFailure> failures = route.apply(again);
    assertEquals(count / 2, failures.size());
    for (int i = 0; i < failures.size(); i++) {
      assertEquals(i, failures.get(i).index());
      assertTrue(failures.get(i).cause().isRejectedWith(Errno.EEXIST));
    }
    assertEquals(count + count / 2, route.routes(AF_INET, TABLE).size());

    long beforeDelete = System.nanoTime();
    List<RouteChange> deletes = new ArrayList<>();
    for (int i = 0; i < count + count / 2; i++) {
      deletes.add(new RouteChange.Delete(remote(i)));
    }
    assertEquals(List.of(), route.apply(deletes));
    long deleted = System.nanoTime();
    assertEquals(List.of(), route.routes(AF_INET, TABLE));
    System.out.printf(
        "10000 routes added in %d ms, listed in %d ms; 15000 deleted in %d ms%n",
        (added - start) / 1_000_000,
        (read - added) / 1_000_000,
        (deleted - beforeDelete) / 1_000_000);
  }

  @Test
  void dumpUnderConcurrentChangeIsWhole() throws Exception {
    int count = 5000;
    List<RouteChange> stable = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      stable.add(new RouteChange.Add(remote(i)));
    }
    assertEquals(List.of(), route.apply(stable));
    AtomicBoolean stop = new AtomicBoolean();
    AtomicInteger turns = new AtomicInteger();
    AtomicInteger refused = new AtomicInteger();
    try (RouteNetlink other = namespace.call(() -> RouteNetlink.open(new JnaLibc()))) {
      Thread changer =
          Thread.ofPlatform()
              .start(() -> {
                while (!stop.get()) {
                  refused.addAndGet(turn(other));
                  turns.incrementAndGet();
                }
              });
      try {
        for (int i = 0; i < 30 || turns.get() < 30; i++) {
          Set<Route> listed = new HashSet<>(route.routes(AF_INET, TABLE));
          for (int k = 0; k < count; k++) {
            assertTrue(listed.contains(remote(k)), "a route that never changed is missing");
          }
        }
      } finally {
        stop.set(true);
        changer.join();
      }
    }
    assertEquals(0, refused.get());
  }

  /** Adds and deletes routes above the stable ones; returns how many changes were refused. */
  private int turn(RouteNetlink other) {
    List<RouteChange> changes = new ArrayList<>();
    for (int i = 20_000; i < 20_050; i++) {
      changes.add(new RouteChange.Add(remote(i)));
    }
    for (int i = 20_000; i < 20_050; i++) {
      changes.add(new RouteChange.Delete(remote(i)));
    }
    try {
      return other.apply(changes).size();
    } catch (NetlinkException e) {
      return changes.size();
    }
  }

  private List<Route> routes() throws UnknownHostException {
    return List.of(
        pod("10.240.0.7").build(),
        pod("10.240.0.8").type(RouteType.UNREACHABLE).priority(5).build(),
        pod("10.240.0.9").type(RouteType.BLACKHOLE).build(),
        pod("10.240.0.10").type(RouteType.PROHIBIT).build(),
        ours(ip("10.240.1.7"), 32).outputInterface(v0).build(),
        ours(ip("10.77.0.0"), 16)
            .gateway(ip("10.240.0.1"))
            .outputInterface(v0)
            .preferredSource(ip("10.240.0.4"))
            .priority(7)
            .mtu(1340)
            .advertisedMss(1300)
            .build(),
        ours(ip("10.78.0.0"), 16)
            .nextHops(List.of(new NextHop(v0, ip("10.240.0.1"), 3), new NextHop(v0, null, 1)))
            .build(),
        ours(ip("10.79.0.0"), 16).gateway(ip("fd00::1")).outputInterface(v0).build(),
        ours(ip("10.80.0.0"), 16).gateway(ip("192.0.2.1")).outputInterface(v0).onLink(true).build(),
        ours(ip("0.0.0.0"), 0).gateway(ip("10.240.0.1")).outputInterface(v0).build(),
        pod6("fd00:2::1", 128).type(RouteType.THROW).build(),
        pod6("fd00:2::", 64).type(RouteType.UNREACHABLE).build(),
        pod6("fd00:3::1", 128).outputInterface(v0).build(),
        pod6("fd00:4::", 48)
            .gateway(ip("fd00::1"))
            .outputInterface(v0)
            .preferredSource(ip("fd00::4"))
            .priority(9)
            .mtu(1320)
            .build());
  }

  private Route remote(int number) {
    byte[] address = {10, 1, (byte) (number >>> 8), (byte) number};
    try {
      return ours(InetAddress.getByAddress(address), 32).outputInterface(v0).build();
    } catch (UnknownHostException e) {
      throw new IllegalStateException(e);
    }
  }

  private static RouteBuilder pod(String address) throws UnknownHostException {
    return ours(ip(address), 32).type(RouteType.THROW);
  }

  private static RouteBuilder pod6(String address, int length) throws UnknownHostException {
    return ours(ip(address), length);
  }

  private static RouteBuilder ours(InetAddress address, int length) {
    return Route.to(address, length).table(TABLE).protocol(PROTOCOL);
  }

  private static InetAddress ip(String literal) throws UnknownHostException {
    return InetAddress.getByName(literal);
  }

  /** {@code ip route add [TYPE] PREFIX table 51820 proto 142 ...}. */
  private void ipRoute(String type, String prefix, String... rest) {
    List<String> command = new ArrayList<>();
    command.add(prefix.contains(":") ? "-6" : "-4");
    command.addAll(List.of("route", "add", type, prefix, "table", "51820", "proto", "142"));
    command.addAll(List.of(rest));
    namespace.ip(command.toArray(String[]::new));
  }

  private Set<String> shown(String family) {
    Set<String> lines = new HashSet<>();
    String output = namespace.ip("-j", "-d", family, "route", "show", "table", "51820");
    for (JsonObject object : IpJson.parse(output)) {
      lines.add(
          IpJson.select(
              object, "type", "dst", "dev", "gateway", "prefsrc", "scope", "protocol", "metric"));
    }
    return lines;
  }

  private interface Action {
    void run() throws IOException;
  }

  private static NetlinkException assertRejected(Errno errno, Action action) {
    NetlinkException e = assertThrows(NetlinkException.class, action::run);
    assertEquals(Reason.REJECTED, e.reason());
    assertEquals(errno, e.errno());
    return e;
  }
}
