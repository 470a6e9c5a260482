package dev.azwg.wg.mesh;

import static dev.azwg.wg.mesh.MeshFixtures.prefix;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.azwg.ipam.address.IpPrefix;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class SortedPrefixesTest {
  private static final IpPrefix A = prefix("10.0.0.1");
  private static final IpPrefix B = prefix("10.0.0.2");
  private static final IpPrefix C = prefix("200.0.0.1");
  private static final IpPrefix D = prefix("fd00::1");

  private final SortedPrefixes all = SortedPrefixes.copyOf(List.of(D, B, A, C, B));

  @Test
  void isTheTreeSetOfTheSameElements() {
    TreeSet<IpPrefix> tree = new TreeSet<>(List.of(D, B, A, C));
    assertEquals(List.of(A, B, C, D), new ArrayList<>(all));
    assertEquals(tree, all);
    assertEquals(all, tree);
    assertEquals(tree.hashCode(), all.hashCode());
    assertEquals(A, all.first());
    assertEquals(D, all.last());
    for (IpPrefix from : tree) {
      assertEquals(tree.headSet(from), all.headSet(from));
      assertEquals(tree.tailSet(from), all.tailSet(from));
      for (IpPrefix to : tree.tailSet(from)) {
        assertEquals(tree.subSet(from, to), all.subSet(from, to));
      }
    }
  }

  @Test
  void aPartKnowsOnlyItsOwn() {
    SortedPrefixes part = all.subSet(B, D);
    assertEquals(List.of(B, C), new ArrayList<>(part));
    assertFalse(part.contains(A));
    assertTrue(part.contains(C));
    assertFalse(part.contains(D));
    assertEquals(1, part.indexOf(C));
    assertEquals(0, part.countBefore(A));
    assertEquals(List.of(C), new ArrayList<>(part.tailSet(C)));
    assertEquals(SortedPrefixes.copyOf(List.of(C, B)), part);
    assertNotEquals(all, part);
  }

  @Test
  void cannotBeChanged() {
    assertSame(all, SortedPrefixes.copyOf(all));
    assertThrows(UnsupportedOperationException.class, () -> all.add(prefix("10.9.0.1")));
    assertThrows(UnsupportedOperationException.class, () -> all.remove(A));
    assertThrows(UnsupportedOperationException.class, () -> all.removeAll(Set.of(A)));
    assertThrows(UnsupportedOperationException.class, all::clear);
  }

  @Test
  void anEmptyOneHasNoEnds() {
    SortedPrefixes none = SortedPrefixes.copyOf(List.of());
    assertThrows(NoSuchElementException.class, none::first);
    assertThrows(NoSuchElementException.class, none::last);
    assertThrows(IllegalArgumentException.class, () -> all.subSet(D, A));
  }
}
