package dev.azwg.wg.watcher;

import static dev.azwg.wg.mesh.MeshFixtures.key;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.azwg.wg.key.PublicKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OwnPeersFileTest {
  @TempDir private Path directory = Path.of("");
  private Path path = Path.of("");
  private OwnPeersFile file = new OwnPeersFile(path);

  @BeforeEach
  void place() {
    path = directory.resolve("own-peers");
    file = new OwnPeersFile(path);
  }

  @Test
  void whatIsWrittenIsReadAndOnlyItsOwnerMayReadIt() throws Exception {
    assertEquals(Optional.empty(), file.read());
    file.write(List.of(key(3), key(2)));
    assertEquals(Optional.of(Set.of(key(2), key(3))), file.read());
    assertEquals("azwg own peers 1\n" + key(2) + "\n" + key(3) + "\n", Files.readString(path));
    assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(path)));
    file.write(List.of());
    assertEquals(Optional.of(Set.of()), file.read());
    try (var files = Files.list(directory)) {
      assertEquals(1, files.count(), "a temporary file stays");
    }
  }

  @Test
  void anythingElseIsRefusedWithThePlace() throws Exception {
    String form = "azwg own peers 1\n";
    assertRefused("", "last line");
    assertRefused("azwg own peers 2\n", "line 1");
    assertRefused(form + key(2), "last line");
    assertRefused(form + key(2) + "\n\n", "line 3");
    assertRefused(form + key(2) + " \n", "line 2");
    assertRefused(form + key(2) + "\r\n", "line 2");
    assertRefused(form + key(2) + "\n" + key(2) + "\n", "line 3");
    assertRefused(form + "A".repeat(43) + "=\n", "line 2");
    assertRefused(form + "\u00e4".repeat(44) + "\n", "line 2");
  }

  private void assertRefused(String content, String where) throws IOException {
    Files.writeString(path, content);
    IOException e = assertThrows(IOException.class, file::read);
    assertTrue(e.toString().contains(where), e::toString);
    assertTrue(e.toString().contains("own-peers"), e::toString);
  }

  @Test
  void moreThanAnyClusterHasIsNotReadIntoMemory() throws Exception {
    Files.writeString(path, "azwg own peers 1\n" + "x".repeat(3_000_000));
    IOException e = assertThrows(IOException.class, file::read);
    assertTrue(e.toString().contains("more than"), e::toString);
  }

  @Test
  void aLinkIsNotFollowed() throws Exception {
    Path target = Files.writeString(directory.resolve("target"), "azwg own peers 1\n");
    Files.createSymbolicLink(path, target);
    assertThrows(IOException.class, file::read);
    file.write(List.of(key(2)));
    assertEquals("azwg own peers 1\n", Files.readString(target));
  }

  @Test
  void thousandsOfPeersFit() throws Exception {
    Set<PublicKey> keys = new HashSet<>();
    for (int i = 1; i <= 10_000; i++) {
      keys.add(key(i));
    }
    file.write(keys);
    assertEquals(Optional.of(keys), file.read());
  }
}
