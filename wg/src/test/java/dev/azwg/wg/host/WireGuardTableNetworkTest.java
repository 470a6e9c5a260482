package dev.azwg.wg.host;

import static dev.azwg.wg.mesh.MeshFixtures.prefix;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.azwg.ipam.address.IpPrefix;
import dev.azwg.netlink.libc.JnaLibc;
import dev.azwg.netlink.route.RouteNetlink;
import dev.azwg.netlink.testing.NamespaceExtension;
import dev.azwg.netlink.testing.TestNamespace;
import dev.azwg.wg.mesh.RouteTarget;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@Tag("network")
@ExtendWith(NamespaceExtension.class)
class WireGuardTableNetworkTest {
  private static final SortedMap<IpPrefix, RouteTarget> NOTHING = new TreeMap<>();

  private static int device(TestNamespace namespace) throws IOException {
    namespace.ip("link", "add", "tunnel0", "type", "veth", "peer", "name", "other0");
    namespace.ip("link", "set", "tunnel0", "up");
    namespace.ip("link", "set", "other0", "up");
    try (RouteNetlink netlink = open(namespace)) {
      return netlink.link("tunnel0").orElseThrow().index();
    }
  }

  private static RouteNetlink open(TestNamespace namespace) throws IOException {
    return namespace.call(() -> RouteNetlink.open(new JnaLibc()));
  }

  private static SortedMap<IpPrefix, RouteTarget> routes(Map<String, RouteTarget> routes) {
    SortedMap<IpPrefix, RouteTarget> sorted = new TreeMap<>();
    routes.forEach((prefix, target) -> sorted.put(prefix(prefix), target));
    return sorted;
  }

  @Test
  void theTableBecomesWhatIsWantedInBothFamiliesAndBack(TestNamespace namespace)
      throws IOException {
    int device = device(namespace);
    try (RouteNetlink netlink = open(namespace)) {
      WireGuardTable table = new WireGuardTable(netlink, WireGuardTable.TABLE);
      assertEquals(NOTHING, table.observe(device));
      SortedMap<IpPrefix, RouteTarget> first =
          routes(
              Map.of(
                  "10.1.0.1", RouteTarget.DEVICE,
                  "10.1.0.2", RouteTarget.THROW,
                  "10.1.1.0/24", RouteTarget.UNREACHABLE,
                  "fd00::1", RouteTarget.DEVICE,
                  "fd00::2", RouteTarget.THROW,
                  "fd00:1::/64", RouteTarget.UNREACHABLE));
      assertEquals(6, table.apply(NOTHING, first, device));
      assertEquals(first, table.observe(device));

      SortedMap<IpPrefix, RouteTarget> second =
          routes(
              Map.of(
                  "10.1.0.1", RouteTarget.THROW,
                  "10.1.0.2", RouteTarget.DEVICE,
                  "10.1.0.3", RouteTarget.DEVICE,
                  "fd00::1", RouteTarget.THROW,
                  "fd00::2", RouteTarget.DEVICE));
      table.apply(first, second, device);
      assertEquals(second, table.observe(device));
      assertEquals(
          3,
          namespace.ip("route", "show", "table", "51820").lines().count(),
          "a changed route must be replaced, not doubled");

      table.apply(second, NOTHING, device);
      assertEquals(NOTHING, table.observe(device));
    }
  }

  @Test
  void whatIsGoneAlreadyIsNoErrorAndWhatIsNotOursStays(TestNamespace namespace) throws IOException {
    int device = device(namespace);
    namespace.ip("route", "add", "10.9.0.1", "dev", "tunnel0", "table", "51820");
    try (RouteNetlink netlink = open(namespace)) {
      WireGuardTable table = new WireGuardTable(netlink, WireGuardTable.TABLE);
      SortedMap<IpPrefix, RouteTarget> imagined =
          routes(Map.of("10.1.0.1", RouteTarget.THROW, "fd00::1", RouteTarget.DEVICE));
      table.apply(imagined, NOTHING, device);
      assertEquals(NOTHING, table.observe(device));
    }
    assertTrue(namespace.ip("route", "show", "table", "51820").contains("10.9.0.1"));
  }

  /** In whichever way it came to be preferred, in both families. */
  @Test
  void aRouteOfOthersThatIsPreferredToOursGivesWay(TestNamespace namespace) throws IOException {
    int device = device(namespace);
    try (RouteNetlink netlink = open(namespace)) {
      WireGuardTable table = new WireGuardTable(netlink, WireGuardTable.TABLE);
      SortedMap<IpPrefix, RouteTarget> wanted =
          routes(
              Map.of(
                  "10.1.0.1", RouteTarget.DEVICE,
                  "10.1.0.2", RouteTarget.DEVICE,
                  "10.1.0.3", RouteTarget.THROW,
                  "fd00::1", RouteTarget.DEVICE,
                  "fd00::2", RouteTarget.DEVICE,
                  "fd00::3", RouteTarget.THROW));
      table.apply(NOTHING, wanted, device);
      other(namespace, "replace", "10.1.0.1");
      other(namespace, "prepend", "10.1.0.2");
      other(namespace, "replace", "10.1.0.3");
      other(namespace, "replace", "fd00::1");
      other(namespace, "append", "fd00::2");
      other(namespace, "add", "fd00::3", "metric", "5");
      TableContent found = table.read(device);
      assertEquals(6, found.rivals(wanted).size(), found::toString);

      table.apply(found, wanted, device);
      assertEquals(wanted, table.observe(device));
      assertEquals(List.of(), table.read(device).others());
    }
  }

  @Test
  void routesOfOthersThatAreNotPreferredStay(TestNamespace namespace) throws IOException {
    int device = device(namespace);
    try (RouteNetlink netlink = open(namespace)) {
      WireGuardTable table = new WireGuardTable(netlink, WireGuardTable.TABLE);
      SortedMap<IpPrefix, RouteTarget> wanted =
          routes(Map.of("10.1.0.1", RouteTarget.DEVICE, "fd00::1", RouteTarget.DEVICE));
      other(namespace, "add", "10.1.0.1", "metric", "7");
      other(namespace, "add", "10.1.0.9");
      other(namespace, "add", "fd00::1", "metric", "2000");
      other(namespace, "add", "fd00::9");
      table.apply(table.read(device), wanted, device);
      assertEquals(wanted, table.observe(device));
      assertEquals(4, table.read(device).others().size());
      table.clear();
      assertEquals(NOTHING, table.observe(device));
      assertEquals(4, table.read(device).others().size());
    }
  }

  @Test
  void routesWithOurNumberThatAreNoneOfOursGo(TestNamespace namespace) throws IOException {
    int device = device(namespace);
    try (RouteNetlink netlink = open(namespace)) {
      WireGuardTable table = new WireGuardTable(netlink, WireGuardTable.TABLE);
      SortedMap<IpPrefix, RouteTarget> wanted = routes(Map.of("10.1.0.1", RouteTarget.DEVICE));
      table.apply(NOTHING, wanted, device);
      String[] ours = {"proto", "142"};
      route(namespace, "append", "10.1.0.1", "other0", ours);
      route(namespace, "add", "10.1.0.2", "other0", ours);
      route(namespace, "add", "10.1.0.1", "tunnel0", "metric", "3", "proto", "142");
      TableContent found = table.read(device);
      assertEquals(3, found.strays().size(), found::toString);
      table.apply(found, wanted, device);
      assertEquals(1, namespace.ip("route", "show", "table", "51820").lines().count());
      assertEquals(wanted, table.observe(device));
    }
  }

  @Test
  void behindEachRouteIntoTheDeviceLiesOneThatRefuses(TestNamespace namespace) throws IOException {
    int device = device(namespace);
    try (RouteNetlink netlink = open(namespace)) {
      WireGuardTable table = new WireGuardTable(netlink, WireGuardTable.TABLE, true);
      SortedMap<IpPrefix, RouteTarget> wanted =
          routes(
              Map.of(
                  "10.1.0.1", RouteTarget.DEVICE,
                  "10.1.0.2", RouteTarget.THROW,
                  "fd00::1", RouteTarget.DEVICE));
      table.apply(NOTHING, wanted, device);
      TableContent found = table.read(device);
      assertEquals(wanted, found.routes());
      assertEquals(Set.of(prefix("10.1.0.1"), prefix("fd00::1")), found.backstops());

      // The kernel takes the routes away with the link.
      namespace.ip("link", "set", "tunnel0", "down");
      TableContent without = table.read(device);
      assertEquals(found.backstops(), without.backstops());
      assertEquals(routes(Map.of("10.1.0.2", RouteTarget.THROW)), without.routes());
      namespace.ip("link", "set", "tunnel0", "up");

      SortedMap<IpPrefix, RouteTarget> later =
          routes(Map.of("10.1.0.1", RouteTarget.UNREACHABLE, "fd00::1", RouteTarget.DEVICE));
      table.apply(without, later, device);
      found = table.read(device);
      assertEquals(later, found.routes());
      assertEquals(Set.of(prefix("fd00::1")), found.backstops());
      table.apply(found, NOTHING, device);
      assertEquals(Set.of(), table.read(device).backstops());
      assertEquals("", namespace.ip("route", "show", "table", "51820"));
    }
  }

  private static void other(
      TestNamespace namespace, String change, String destination, String... more) {
    String[] all = Arrays.copyOf(more, more.length + 2);
    all[more.length] = "proto";
    all[more.length + 1] = "static";
    route(namespace, change, destination, "other0", all);
  }

  private static void route(
      TestNamespace namespace, String change, String destination, String dev, String... more) {
    List<String> command =
        new ArrayList<>(List.of("route", change, destination, "dev", dev, "table", "51820"));
    command.addAll(List.of(more));
    namespace.ip(command.toArray(String[]::new));
  }
}
