package dev.azwg.conflist.file;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.azwg.conflist.file.AtomicFile.Durability;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AtomicFileTest {
  private static final Set<PosixFilePermission> MODE = PosixFilePermissions.fromString("rw-r--r--");

  @TempDir Path directory;

  @Test
  void replacesContentAndMode() throws IOException {
    Path target = directory.resolve("file");
    for (Durability durability : Durability.values()) {
      Files.deleteIfExists(target);
      AtomicFile.write(target, new byte[] {1}, Set.of(PosixFilePermission.OWNER_READ), durability);
      AtomicFile.write(target, new byte[] {2, 3}, MODE, durability);
      assertArrayEquals(new byte[] {2, 3}, Files.readAllBytes(target));
      assertEquals(MODE, Files.getPosixFilePermissions(target));
    }
    assertEquals(1, entries());
  }

  @Test
  void aRefusingGuardLeavesEverythingAsItWas() throws IOException {
    Path target = Files.write(directory.resolve("file"), new byte[] {1});
    IOException refusal = new IOException("no");
    assertEquals(
        refusal,
        assertThrows(
            IOException.class,
            () ->
                AtomicFile.write(
                    target,
                    new byte[] {2},
                    MODE,
                    Durability.CONTENT,
                    () -> {
                      throw refusal;
                    })));
    assertArrayEquals(new byte[] {1}, Files.readAllBytes(target));
    assertEquals(1, entries());
  }

  @Test
  void aTargetThatCannotBeReplacedLeavesNoTemporaryFile() throws IOException {
    Path target = directory.resolve("target");
    Files.createDirectories(target.resolve("child"));
    assertThrows(
        IOException.class,
        () -> AtomicFile.write(target, new byte[] {2}, MODE, Durability.CONTENT));
    assertEquals(1, entries());
    Path orphan = directory.resolve("absent/file");
    assertThrows(
        NoSuchFileException.class,
        () -> AtomicFile.write(orphan, new byte[] {2}, MODE, Durability.CONTENT));
  }

  @Test
  void onlyStaleTemporaryFilesAreRemoved() throws IOException {
    Instant boundary = Instant.parse("2026-08-20T10:00:00Z");
    touch(".azwg-1.tmp", boundary.minusSeconds(1));
    touch(".azwg-2.tmp", boundary.plusSeconds(1));
    touch("10-azure.conflist", boundary.minusSeconds(1));
    touch(".other.tmp", boundary.minusSeconds(1));
    assertEquals(1, AtomicFile.removeStale(directory, boundary));
    assertEquals(3, entries());
    assertEquals(false, Files.exists(directory.resolve(".azwg-1.tmp")));
  }

  private void touch(String name, Instant modified) throws IOException {
    Files.setLastModifiedTime(Files.createFile(directory.resolve(name)), FileTime.from(modified));
  }

  private long entries() throws IOException {
    try (Stream<Path> entries = Files.list(directory)) {
      return entries.count();
    }
  }
}
