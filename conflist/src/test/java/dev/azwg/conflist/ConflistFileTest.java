package dev.azwg.conflist;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.azwg.conflist.ConflistException.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConflistFileTest {
  private static final AzwgPluginEntry ENTRY = AzwgPluginEntry.builder().build();

  @TempDir Path directory;
  private Path path = Path.of("");
  private byte[] before = {};

  @BeforeEach
  void copy() throws IOException {
    path = directory.resolve("15-azure-swift-overlay.conflist");
    before = ConflistEditorTest.resource("served/overlay.conflist");
    Files.write(path, before);
  }

  @ParameterizedTest
  @ValueSource(strings = {"rw-------", "rw-r--r--", "rwxr-xr-x"})
  void installAndRemoveKeepTheModeAndWriteOnlyWhenSomethingChanges(String mode) throws IOException {
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(mode));
    ConflistFile file = new ConflistFile(path);
    assertTrue(file.install(ENTRY));
    Object inode = inode();
    assertFalse(file.install(ENTRY));
    assertEquals(inode, inode());
    assertEquals(mode, PosixFilePermissions.toString(Files.getPosixFilePermissions(path)));
    assertTrue(file.remove());
    assertFalse(file.remove());
    assertArrayEquals(before, Files.readAllBytes(path));
    assertEquals(mode, PosixFilePermissions.toString(Files.getPosixFilePermissions(path)));
    assertEquals(1, entries());
  }

  @Test
  void aSymbolicLinkStaysALink() throws IOException {
    Path link = Files.createSymbolicLink(directory.resolve("10-link.conflist"), path);
    assertTrue(new ConflistFile(link).install(ENTRY));
    assertTrue(Files.isSymbolicLink(link));
    assertArrayEquals(ConflistEditor.install(before, ENTRY), Files.readAllBytes(path));
  }

  @Test
  void whatIsRefusedIsNotTouched() throws IOException {
    byte[] bridge = ConflistEditorTest.resource("refused/legacy-bridge.conflist");
    for (byte[] refused : new byte[][] {{}, {'{'}, bridge, new byte[2 * 1024 * 1024 + 1]}) {
      Files.write(path, refused);
      Object inode = inode();
      assertThrows(ConflistException.class, () -> new ConflistFile(path).install(ENTRY));
      assertEquals(inode, inode());
      assertArrayEquals(refused, Files.readAllBytes(path));
    }
    assertEquals(1, entries());
  }

  @Test
  void anAbsentOrUnreadableFileIsSaidSo() throws IOException {
    Files.delete(path);
    assertEquals(Reason.ABSENT, refusal());
    Files.createDirectory(path);
    assertEquals(Reason.UNREADABLE, refusal());
  }

  private Reason refusal() {
    return assertThrows(ConflistException.class, () -> new ConflistFile(path).install(ENTRY))
        .reason();
  }

  private Object inode() throws IOException {
    return Files.getAttribute(path, "unix:ino");
  }

  private long entries() throws IOException {
    try (Stream<Path> entries = Files.list(directory)) {
      return entries.count();
    }
  }
}
