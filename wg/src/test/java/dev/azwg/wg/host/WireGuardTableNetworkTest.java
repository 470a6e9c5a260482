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
import java.util.Map;
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
      WireGuardTable table = new WireGuardTable(netlink, RoutingPolicy.STANDARD.table());
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
      WireGuardTable table = new WireGuardTable(netlink, RoutingPolicy.STANDARD.table());
      SortedMap<IpPrefix, RouteTarget> imagined =
          routes(Map.of("10.1.0.1", RouteTarget.THROW, "fd00::1", RouteTarget.DEVICE));
      table.apply(imagined, NOTHING, device);
      assertEquals(NOTHING, table.observe(device));
    }
    assertTrue(namespace.ip("route", "show", "table", "51820").contains("10.9.0.1"));
  }
}
