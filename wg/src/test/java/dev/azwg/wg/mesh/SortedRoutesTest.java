package dev.azwg.wg.mesh;

import static dev.azwg.wg.mesh.MeshFixtures.prefix;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.azwg.ipam.address.IpPrefix;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class SortedRoutesTest {
  private static final List<RouteTarget> TARGETS = List.of(RouteTarget.values());

  private static IpPrefix address(int number) {
    return number % 3 == 0
        ? prefix("fd00::" + Integer.toHexString(number + 1))
        : prefix("10.1." + number / 256 + "." + number % 256);
  }

  private static SortedMap<IpPrefix, RouteTarget> tree(Random random, int count) {
    SortedMap<IpPrefix, RouteTarget> tree = new TreeMap<>();
    for (int i = 0; i < count; i++) {
      tree.put(address(random.nextInt(60)), TARGETS.get(random.nextInt(3)));
    }
    return tree;
  }

  @Test
  void isTheTreeMapOfTheSameRoutes() {
    SortedMap<IpPrefix, RouteTarget> tree = tree(new Random(1), 40);
    SortedRoutes routes = SortedRoutes.copyOf(new HashMap<>(tree));
    assertEquals(tree, routes);
    assertEquals(tree.toString(), routes.toString());
    assertEquals(tree.hashCode(), routes.hashCode());
    assertEquals(tree.firstKey(), routes.firstKey());
    assertEquals(tree.lastKey(), routes.lastKey());
    assertEquals(tree.keySet(), routes.keySet());
    Map<IpPrefix, RouteTarget> seen = new TreeMap<>();
    routes.forEach(seen::put);
    assertEquals(tree, seen);
    IpPrefix middle = address(31);
    assertEquals(tree.headMap(middle), routes.headMap(middle));
    assertEquals(tree.tailMap(middle), routes.tailMap(middle));
    assertEquals(tree.subMap(middle, tree.lastKey()), routes.subMap(middle, tree.lastKey()));
    assertNull(routes.get(prefix("10.200.0.1")));
    assertFalse(routes.containsKey(prefix("10.200.0.1")));
  }

  @Test
  void changesAreMergedIn() {
    Random random = new Random(2);
    for (int round = 0; round < 200; round++) {
      SortedMap<IpPrefix, RouteTarget> tree = tree(random, random.nextInt(30));
      SortedRoutes before = SortedRoutes.copyOf(tree);
      Map<IpPrefix, Optional<RouteTarget>> changes = new HashMap<>();
      tree(random, random.nextInt(20))
          .forEach((prefix, target) ->
              changes.put(prefix, random.nextBoolean() ? Optional.of(target) : Optional.empty()));
      SortedRoutes after = before.with(changes);
      assertEquals(tree, before);
      changes.forEach((prefix, target) -> {
        if (target.isPresent()) {
          tree.put(prefix, target.get());
        } else {
          tree.remove(prefix);
        }
      });
      assertEquals(tree, after);
      tree.forEach((prefix, target) -> assertEquals(target, after.get(prefix)));
    }
  }

  @Test
  void cannotBeChanged() {
    SortedRoutes routes = SortedRoutes.copyOf(Map.of(address(1), RouteTarget.THROW));
    assertSame(routes, SortedRoutes.copyOf(routes));
    assertSame(routes, routes.with(Map.of()));
    assertThrows(
        UnsupportedOperationException.class, () -> routes.put(address(2), RouteTarget.THROW));
    assertThrows(UnsupportedOperationException.class, () -> routes.remove(address(1)));
    assertThrows(UnsupportedOperationException.class, routes::clear);
  }
}
