package dev.azwg.wg.key;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.azwg.wg.key.KeyFileException.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KeyFileTest {
  private static final String KEY = "uDQBXnRMDkd7RBJMOk3ZqUsCIq2LL3uHMYMdGPEqGVg=";

  private final Random random = new Random(20260103);
  @TempDir private Path directory;

  private KeyFile keyFile() {
    return new KeyFile(directory.resolve("private.key"), random::nextBytes);
  }

  private Path write(String content, String mode) throws IOException {
    Path file = directory.resolve("private.key");
    Files.writeString(file, content);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
    return file;
  }

  private List<String> listing() throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void createsOnceAndThenKeeps() throws IOException {
    try (PrivateKey created = keyFile().loadOrCreate();
        PrivateKey loaded = keyFile().loadOrCreate()) {
      assertEquals(created, loaded);
    }
    assertEquals(List.of("private.key"), listing());
    Path file = directory.resolve("private.key");
    assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
    assertEquals(45, Files.size(file));
    assertTrue(Files.readString(file).endsWith("=\n"));
    assertEquals(1, Files.getAttribute(file, "unix:nlink"));
  }

  @Test
  void loadAloneCreatesNothing() throws IOException {
    assertTrue(keyFile().load().isEmpty());
    assertEquals(List.of(), listing());
  }

  @ParameterizedTest
  @ValueSource(strings = {KEY, KEY + "\n"})
  void readsWhatWgGenkeyPrints(String content) throws IOException, KeyFormatException {
    write(content, "rw-------");
    try (PrivateKey key = keyFile().loadOrCreate()) {
      assertEquals(PrivateKey.parse(KEY.getBytes(java.nio.charset.StandardCharsets.US_ASCII)), key);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"rw-r-----", "rw----r--", "rw--w----", "rw-----w-", "rwx--x--x"})
  void refusesAFileThatOthersCanReach(String mode) throws IOException {
    write(KEY, mode);
    assertRefused(Reason.ACCESSIBLE_BY_OTHERS, KEY);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "\n", "short", KEY + "\r\n", KEY + KEY})
  void refusesAnotherSize(String content) throws IOException {
    write(content, "rw-------");
    assertRefused(Reason.SIZE, content);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        KEY + " ",
        "uDQBXnRMDkd7RBJMOk3ZqUsCIq2LL3uHMYMdGPEqGVh=",
        "uDQBXnRMDkd7RBJMOk3ZqUsCIq2LL3uHMYMdGPEqG g=",
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
      })
  void refusesWhatIsNoKeyAndDoesNotQuoteIt(String content) throws IOException {
    write(content, "rw-------");
    KeyFileException e = assertRefused(Reason.FORMAT, content);
    assertFalse(e.toString().contains(content.substring(0, 10)), e.toString());
  }

  @Test
  void refusesASymbolicLinkEvenToAGoodKey() throws IOException {
    Path target = write(KEY, "rw-------");
    Files.move(target, directory.resolve("elsewhere"));
    Files.createSymbolicLink(target, Path.of("elsewhere"));
    assertRefused(Reason.NOT_A_REGULAR_FILE, KEY);
  }

  @Test
  void refusesADirectory() throws IOException {
    Files.createDirectory(directory.resolve("private.key"));
    KeyFileException e = assertThrows(KeyFileException.class, () -> keyFile().loadOrCreate());
    assertEquals(Reason.NOT_A_REGULAR_FILE, e.reason());
  }

  @Test
  void aMissingDirectoryIsAnError() {
    KeyFile file = new KeyFile(directory.resolve("none/private.key"), random::nextBytes);
    KeyFileException e = assertThrows(KeyFileException.class, file::loadOrCreate);
    assertEquals(Reason.IO, e.reason());
  }

  private KeyFileException assertRefused(Reason reason, String content) throws IOException {
    KeyFileException e = assertThrows(KeyFileException.class, () -> keyFile().loadOrCreate());
    assertEquals(reason, e.reason());
    assertEquals(directory.resolve("private.key"), e.file());
    assertEquals(content, Files.readString(directory.resolve("private.key")));
    return e;
  }

  @Test
  void sweepsAwayWhatAKilledCreatorLeft() throws IOException {
    Files.writeString(directory.resolve(".private.key.new-00ff"), "uDQBXnRMDkd7");
    Files.writeString(directory.resolve("unrelated"), "stays");
    keyFile().loadOrCreate().close();
    assertEquals(List.of("private.key", "unrelated"), listing());
  }

  @Test
  void aFailingSourceOfRandomLeavesNothing() throws IOException {
    KeyFile file =
        new KeyFile(
            directory.resolve("private.key"),
            bytes -> {
              if (bytes.length == 32) {
                throw new IOException("no random");
              }
            });
    assertThrows(KeyFileException.class, file::loadOrCreate);
    assertEquals(List.of(), listing());
  }

  @Test
  void creatorsAtTheSameTimeAgree() throws Exception {
    for (int round = 0; round < 20; round++) {
      Files.deleteIfExists(directory.resolve("private.key"));
      Set<PublicKey> keys = new HashSet<>();
      int creators = 8;
      CyclicBarrier start = new CyclicBarrier(creators);
      Callable<PublicKey> creator =
          () -> {
            start.await();
            try (PrivateKey key = keyFile().loadOrCreate()) {
              return key.publicKey();
            }
          };
      try (var executor = Executors.newFixedThreadPool(creators)) {
        for (Future<PublicKey> key :
            executor.invokeAll(java.util.Collections.nCopies(creators, creator))) {
          keys.add(result(key));
        }
      }
      assertEquals(1, keys.size());
      assertEquals(List.of("private.key"), listing());
    }
  }

  private static PublicKey result(Future<PublicKey> future) throws InterruptedException {
    try {
      return future.get();
    } catch (ExecutionException e) {
      throw new AssertionError(e.getCause());
    }
  }
}
