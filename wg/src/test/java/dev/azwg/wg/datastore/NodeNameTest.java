package dev.azwg.wg.datastore;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NodeNameTest {
  @ParameterizedTest
  @ValueSource(strings = {"a", "0", "aks-nodepool1-123-vmss000000", "a.b", "a-b.c-d", "n--1"})
  void acceptsWhatKubernetesAccepts(String name) {
    assertTrue(NodeName.isValid(name));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "", ".", "..", "-a", "a-", ".a", "a.", "a..b", "a.-b", "a-.b", "A", "a_b", "a/b", "../x",
        "a b", "a\n", "ä", "a\0"
      })
  void refusesWhatItRefuses(String name) {
    assertFalse(NodeName.isValid(name));
  }

  @Test
  void isAtMost253CharactersLong() {
    assertTrue(NodeName.isValid("a".repeat(253)));
    assertFalse(NodeName.isValid("a".repeat(254)));
  }
}
