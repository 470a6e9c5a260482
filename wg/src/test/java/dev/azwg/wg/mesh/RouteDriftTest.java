package dev.azwg.wg.mesh;

import static dev.azwg.wg.mesh.MeshFixtures.prefix;
import static dev.azwg.wg.mesh.RouteTarget.DEVICE;
import static dev.azwg.wg.mesh.RouteTarget.THROW;
import static dev.azwg.wg.mesh.RouteTarget.UNREACHABLE;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.azwg.ipam.address.IpPrefix;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RouteDriftTest {
  private static final IpPrefix P = prefix("10.1.0.1");
  private static final Map<IpPrefix, RouteTarget> NOTHING = Map.of();

  private static Map<IpPrefix, RouteTarget> route(RouteTarget target) {
    return Map.of(P, target);
  }

  private static int drifts(
      Map<IpPrefix, RouteTarget> left,
      Map<IpPrefix, RouteTarget> found,
      Map<IpPrefix, RouteTarget> desired) {
    return drifts(left, found, desired, Set.of(), Set.of());
  }

  private static int drifts(
      Map<IpPrefix, RouteTarget> left,
      Map<IpPrefix, RouteTarget> found,
      Map<IpPrefix, RouteTarget> desired,
      Set<IpPrefix> pods,
      Set<IpPrefix> steady) {
    return RouteDrift.between(Set.of(P), left, found, desired, pods, steady).size();
  }

  @Test
  void whatOthersChangedIsDrift() {
    assertEquals(1, drifts(route(DEVICE), NOTHING, route(DEVICE)));
    assertEquals(1, drifts(route(DEVICE), route(THROW), route(DEVICE)));
    assertEquals(1, drifts(route(THROW), NOTHING, route(THROW)));
    assertEquals(1, drifts(NOTHING, route(DEVICE), NOTHING));
    assertEquals(1, drifts(NOTHING, route(UNREACHABLE), NOTHING));
  }

  @Test
  void whatThisNodeIsAboutToChangeIsNot() {
    assertEquals(0, drifts(route(DEVICE), route(DEVICE), route(THROW)));
    assertEquals(0, drifts(NOTHING, NOTHING, route(DEVICE)));
    assertEquals(0, drifts(route(DEVICE), route(DEVICE), NOTHING));
    assertEquals(0, drifts(route(DEVICE), NOTHING, NOTHING));
  }

  @Test
  void whatThePluginDoesForAPodIsNot() {
    Set<IpPrefix> pod = Set.of(P);
    // ADD: the route is there before the pass, also where the address was another node's.
    assertEquals(0, drifts(NOTHING, route(THROW), route(THROW), pod, Set.of()));
    assertEquals(0, drifts(route(DEVICE), route(THROW), route(THROW), pod, Set.of()));
    assertEquals(0, drifts(route(DEVICE), route(THROW), route(DEVICE), pod, Set.of()));
    // DEL, and an ADD and DEL of which only the first is known yet.
    assertEquals(0, drifts(route(THROW), NOTHING, NOTHING));
    assertEquals(0, drifts(NOTHING, route(THROW), NOTHING));
    // DEL and ADD again.
    assertEquals(0, drifts(route(THROW), NOTHING, route(THROW), pod, Set.of()));
  }

  @Test
  void aPodThatStaysAndLosesItsRouteIsDrift() {
    assertEquals(1, drifts(route(THROW), NOTHING, route(THROW), Set.of(P), Set.of(P)));
    assertEquals(1, drifts(route(THROW), route(DEVICE), route(THROW), Set.of(P), Set.of(P)));
  }

  @Test
  void differencesAreThoseOfBothSides() {
    IpPrefix other = prefix("10.1.0.2");
    assertEquals(
        Set.of(P, other),
        RouteDrift.differences(
            Map.of(P, DEVICE, prefix("10.1.0.3"), THROW),
            Map.of(other, DEVICE, prefix("10.1.0.3"), THROW)));
    assertEquals(Set.of(P), RouteDrift.differences(route(DEVICE), route(THROW)));
  }
}
