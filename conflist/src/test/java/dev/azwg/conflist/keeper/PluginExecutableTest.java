package dev.azwg.conflist.keeper;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PluginExecutableTest {
  private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");

  @TempDir Path directory;

  private PluginExecutable plugin(Path source) {
    return new PluginExecutable(directory.resolve("bin/azwg"), Optional.of(source));
  }

  @Test
  void isInstalledOnceWithItsModeWhateverTheSourceHas() throws IOException {
    Path source = Files.writeString(directory.resolve("azwg"), "one");
    Files.setPosixFilePermissions(source, PosixFilePermissions.fromString("r--------"));
    PluginExecutable plugin = plugin(source);
    assertTrue(plugin.install(NOW));
    assertEquals(
        "rwxr-xr-x", PosixFilePermissions.toString(Files.getPosixFilePermissions(plugin.target())));
    assertFalse(plugin.install(NOW));
    Files.delete(source);
    Files.writeString(source, "two");
    assertTrue(plugin.install(NOW));
    assertEquals("two", Files.readString(plugin.target()));
  }

  /** Writing in place would fail with ETXTBSY, or the program that runs would break. */
  @Test
  void aProgramThatRunsIsReplaced() throws IOException, InterruptedException {
    Path cat = Path.of("/bin/cat");
    PluginExecutable plugin = plugin(cat);
    assertTrue(plugin.install(NOW));
    Process running = new ProcessBuilder(plugin.target().toString()).start();
    try {
      Path source = Files.copy(Path.of("/bin/true"), directory.resolve("true"));
      assertTrue(plugin(source).install(NOW));
      running.getOutputStream().write("still here\n".getBytes(StandardCharsets.UTF_8));
      running.getOutputStream().close();
      assertEquals(
          "still here\n",
          new String(running.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
      assertEquals(0, running.waitFor());
    } finally {
      running.destroyForcibly();
    }
    assertArrayEquals(
        Files.readAllBytes(Path.of("/bin/true")), Files.readAllBytes(plugin.target()));
  }

  @Test
  void leftoversOfAKilledInstallerGo() throws IOException {
    Path bin = Files.createDirectory(directory.resolve("bin"));
    Path old = Files.writeString(bin.resolve(".azwg-7.tmp"), "half");
    Files.setLastModifiedTime(old, FileTime.from(NOW.minusSeconds(3600)));
    Path source = Files.writeString(directory.resolve("azwg"), "one");
    assertTrue(plugin(source).install(NOW));
    try (Stream<Path> files = Files.list(bin)) {
      assertEquals(1, files.count());
    }
  }

  @Test
  void withoutASourceNothingIsTouched() throws IOException {
    Path bin = Files.createDirectory(directory.resolve("bin"));
    PluginExecutable plugin = plugin(directory.resolve("absent"));
    assertThrows(IOException.class, () -> plugin.install(NOW));
    try (Stream<Path> files = Files.list(bin)) {
      assertEquals(0, files.count());
    }
    // The target is a directory: cannot be replaced, and says so.
    Files.createDirectories(plugin.target().resolve("full"));
    Path source =
        Files.copy(
            Path.of("/bin/true"), directory.resolve("true"), StandardCopyOption.REPLACE_EXISTING);
    assertThrows(IOException.class, () -> plugin(source).install(NOW));
  }
}
