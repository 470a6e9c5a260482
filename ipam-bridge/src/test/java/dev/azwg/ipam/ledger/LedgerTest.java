package dev.azwg.ipam.ledger;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.azwg.ipam.address.AddressException;
import dev.azwg.ipam.address.IpPrefix;
import dev.azwg.ipam.ledger.LedgerException.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LedgerTest {
  private static final Instant CREATED = Instant.parse("2026-08-20T10:11:12.123456789Z");
  private static final AttachmentKey KEY = new AttachmentKey("3f813b02", "eth0");
  private static final String TEXT =
      "{\"version\":1,\"containerID\":\"3f813b02\",\"ifName\":\"eth0\","
          + "\"netns\":\"/var/run/netns/cni-1\",\"network\":\"azure\","
          + "\"addresses\":[\"10.244.3.27/32\",\"fd12:3456:789a:0:2::1b/128\"],"
          + "\"pod\":{\"namespace\":\"default\",\"name\":\"web-0\",\"uid\":\"u-1\"},"
          + "\"linkMtus\":{\"pod\":1500,\"node\":1400},"
          + "\"createdAt\":\"2026-08-20T10:11:12.123456789Z\"}\n";

  @TempDir Path stateDir;

  @Test
  void theFileIsTheContract() throws Exception {
    Ledger ledger = ledger();
    ledger.write(attachment(KEY));
    Path file = stateDir.resolve("attachments/3f813b02-eth0.json");
    assertEquals(file, ledger.file(KEY));
    assertEquals(TEXT, Files.readString(file));
    assertEquals("rw-------", mode(file));
    assertEquals("rwx------", mode(ledger.directory()));
    assertEquals(Optional.of(attachment(KEY)), ledger.read(KEY));
    assertEquals(new LedgerSnapshot(List.of(attachment(KEY)), List.of()), ledger.read());
  }

  @Test
  void anAbsentLedgerIsEmpty() throws Exception {
    Ledger ledger = new Ledger(stateDir.resolve("absent"));
    assertEquals(new LedgerSnapshot(List.of(), List.of()), ledger.read());
    assertEquals(Optional.empty(), ledger.read(KEY));
    assertFalse(ledger.remove(KEY));
    assertEquals(0, ledger.removeStaleTemporaries(CREATED));
  }

  @Test
  void removesWhateverTheFileContains() throws Exception {
    Ledger ledger = ledger();
    ledger.write(attachment(KEY));
    Files.writeString(ledger.file(KEY), "{");
    assertTrue(ledger.remove(KEY));
    assertFalse(ledger.remove(KEY));
    assertEquals(new LedgerSnapshot(List.of(), List.of()), ledger.read());
  }

  @Test
  void noTwoKeysHaveOneName() throws Exception {
    List<AttachmentKey> keys =
        List.of(
            new AttachmentKey("a-b", "c"),
            new AttachmentKey("a", "b-c"),
            new AttachmentKey("a", "\u00fc"),
            new AttachmentKey("a", "b\u00ad"),
            new AttachmentKey("a".repeat(245), "eth0"),
            new AttachmentKey("a".repeat(246), "eth0"),
            new AttachmentKey("a".repeat(300), "eth0"),
            new AttachmentKey("a".repeat(300), "eth1"));
    Ledger ledger = ledger();
    for (AttachmentKey key : keys) {
      ledger.write(attachment(key));
    }
    assertEquals(keys.size(), ledger.read().attachments().size());
    for (AttachmentKey key : keys) {
      String name = String.valueOf(ledger.file(key).getFileName());
      assertTrue(name.length() <= 255 && name.chars().allMatch(c -> c < 0x7F), name);
      assertEquals(Optional.of(attachment(key)), ledger.read(key));
    }
    assertEquals("a-b-c.json", Ledger.fileName(keys.get(0)));
    assertEquals(255, Ledger.fileName(keys.get(4)).length());
    assertTrue(Ledger.fileName(keys.get(5)).startsWith("_"));
    assertNotEquals(Ledger.fileName(keys.get(6)), Ledger.fileName(keys.get(7)));
  }

  /** Each case is one replacement in a good file. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"version\"              | {\"version             | NOT_JSON",
        "89Z\"}                  | 89Z\"}}                | NOT_JSON",
        "\"netns\"                 | \"network\"            | NOT_JSON",
        "\"version\":1             | \"version\":2          | UNKNOWN_VERSION",
        "\"version\":1             | \"version\":\"1\"      | INVALID_MEMBER",
        "\"version\":1             | \"version\":1.0        | INVALID_MEMBER",
        "\"version\"               | \"w\"                  | INVALID_MEMBER",
        "\"3f813b02\"              | \"3f813b03\"           | WRONG_NAME",
        "\"3f813b02\"              | \"../3f813b02\"        | INVALID_MEMBER",
        "\"eth0\"                  | \"e/0\"                | INVALID_MEMBER",
        "\"eth0\"                  | 7                      | INVALID_MEMBER",
        "\"/var/run/netns/cni-1\"  | null                   | INVALID_MEMBER",
        "10.244.3.27/32            | 10.244.3.0/24          | INVALID_MEMBER",
        "10.244.3.27/32            | 10.244.3.27            | INVALID_MEMBER",
        "10.244.3.27/32            | fd12:3456:789a:0:2::1b/128 | INVALID_MEMBER",
        "[\"10.244.3.27/32\"       | [7                     | INVALID_MEMBER",
        "\"addresses\"             | \"addrs\"              | INVALID_MEMBER",
        "\"uid\":\"u-1\"           | \"uid\":1              | INVALID_MEMBER",
        "{\"pod\":1500           | {\"pod\":0              | INVALID_MEMBER",
        "{\"pod\":1500           | {\"p\":1500             | INVALID_MEMBER",
        "\"node\":1400          | \"node\":\"1400\"        | INVALID_MEMBER",
        "\"node\":1400          | \"node\":65536          | INVALID_MEMBER",
        "\"linkMtus\":{          | \"linkMtus\":1,\"x\":{    | INVALID_MEMBER",
        "12.123456789Z             | 12Z                    | INVALID_MEMBER",
      })
  void aBadFileIsSkippedAndReported(String good, String bad, Reason reason) throws Exception {
    Ledger ledger = ledger();
    AttachmentKey other = new AttachmentKey("other", "eth0");
    ledger.write(attachment(other));
    assertTrue(TEXT.contains(good), good);
    Files.writeString(ledger.file(KEY), TEXT.replace(good, bad));
    LedgerSnapshot snapshot = ledger.read();
    assertEquals(List.of(attachment(other)), snapshot.attachments());
    assertEquals(1, snapshot.unreadable().size());
    assertEquals("3f813b02-eth0.json", snapshot.unreadable().getFirst().name());
    assertEquals(reason, snapshot.unreadable().getFirst().reason());
    assertEquals(reason, assertThrows(LedgerException.class, () -> ledger.read(KEY)).reason());
  }

  @Test
  void membersOfLaterVersionsAreIgnoredAndThePodIsOptional() throws Exception {
    Ledger ledger = ledger();
    Files.createDirectories(ledger.directory());
    Files.writeString(
        ledger.file(KEY),
        TEXT.replace(
            "\"pod\":{\"namespace\":\"default\",\"name\":\"web-0\",\"uid\":\"u-1\"}", "\"x\":[]"));
    assertEquals(Optional.empty(), ledger.read(KEY).orElseThrow().pod());
  }

  @Test
  void whatIsNotAnAttachmentFileNeverBlocksTheReader() throws Exception {
    Ledger ledger = ledger();
    ledger.write(attachment(KEY));
    Path directory = ledger.directory();
    Files.createDirectory(directory.resolve("directory.json"));
    Files.createSymbolicLink(directory.resolve("link-eth0.json"), ledger.file(KEY));
    Files.write(directory.resolve("large-eth0.json"), new byte[Ledger.MAX_FILE_BYTES + 1]);
    Files.write(directory.resolve("notes.txt"), new byte[0]);
    Files.write(directory.resolve(".hidden"), new byte[0]);
    assertEquals(0, new ProcessBuilder("mkfifo", directory + "/fifo-eth0.json").start().waitFor());
    List<String> reasons = new ArrayList<>();
    ledger.read().unreadable().forEach(file -> reasons.add(file.name() + ' ' + file.reason()));
    assertEquals(
        List.of(
            "directory.json NOT_A_FILE",
            "fifo-eth0.json NOT_A_FILE",
            "large-eth0.json TOO_LARGE",
            "link-eth0.json NOT_A_FILE",
            "notes.txt NOT_JSON"),
        reasons);
  }

  @Test
  void aLedgerThatCannotBeUsedIsSaidSo() throws Exception {
    Path file = Files.createFile(stateDir.resolve("attachments"));
    assertEquals(
        Reason.UNREADABLE, assertThrows(LedgerException.class, () -> ledger().read()).reason());
    LedgerException refusal =
        assertThrows(LedgerException.class, () -> ledger().write(attachment(KEY)));
    assertEquals(Reason.UNWRITABLE, refusal.reason());
    assertEquals(file.resolve("3f813b02-eth0.json"), refusal.file());
  }

  /** Readers see each attachment whole while many writers replace and remove them. */
  @Test
  void writersAndReadersDoNotDisturbEachOther() throws Exception {
    Ledger ledger = ledger();
    try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
      List<Future<?>> writers = new ArrayList<>();
      for (int writer = 0; writer < 3; writer++) {
        AttachmentKey own = new AttachmentKey("c" + writer, "eth0");
        writers.add(
            threads.submit(() -> {
              for (int i = 0; i < 200; i++) {
                ledger.write(attachment(KEY));
                ledger.write(attachment(own));
                assertTrue(ledger.remove(own));
              }
              return null;
            }));
      }
      while (!writers.stream().allMatch(Future::isDone)) {
        assertEquals(List.of(), ledger.read().unreadable());
      }
      for (Future<?> writer : writers) {
        writer.get();
      }
    }
    try (var entries = Files.list(ledger.directory())) {
      assertEquals(List.of(ledger.file(KEY)), entries.toList());
    }
  }

  private Ledger ledger() {
    return new Ledger(stateDir);
  }

  private static String mode(Path path) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }

  private static Attachment attachment(AttachmentKey key) throws AddressException {
    return new Attachment(
        key,
        "/var/run/netns/cni-1",
        "azure",
        List.of(IpPrefix.parse("10.244.3.27/32"), IpPrefix.parse("fd12:3456:789a:0:2::1b/128")),
        Optional.of(new PodIdentity("default", "web-0", "u-1")),
        Optional.of(new LinkMtus(1500, OptionalInt.of(1400))),
        CREATED);
  }
}
