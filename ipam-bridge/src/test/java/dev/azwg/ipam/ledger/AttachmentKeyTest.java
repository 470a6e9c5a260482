package dev.azwg.ipam.ledger;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AttachmentKeyTest {
  @ParameterizedTest
  @ValueSource(strings = {"", "-a", ".a", "_a", "a/b", "a b", "a\u00e9", "a\n", ".."})
  void refusesContainerIds(String containerId) {
    assertThrows(IllegalArgumentException.class, () -> new AttachmentKey(containerId, "eth0"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ".",
        "..",
        "a/b",
        "a:b",
        "a b",
        "a\tb",
        "abcdefghijklmnop",
        "aaaaaaaa\u4e2d\u4e2d\u4e2d"
      })
  void refusesInterfaceNames(String ifName) {
    assertThrows(IllegalArgumentException.class, () -> new AttachmentKey("a", ifName));
  }

  @Test
  void takesWhatIsWellFormed() {
    assertEquals("0.a_B-/eth0.1-x", new AttachmentKey("0.a_B-", "eth0.1-x").toString());
    assertEquals("a/abcdefghijklmno", new AttachmentKey("a", "abcdefghijklmno").toString());
    assertEquals(1024, new AttachmentKey("a".repeat(1024), "e").containerId().length());
    assertThrows(IllegalArgumentException.class, () -> new AttachmentKey("a".repeat(1025), "eth0"));
  }
}
