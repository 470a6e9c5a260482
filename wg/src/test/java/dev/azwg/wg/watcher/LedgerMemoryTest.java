package dev.azwg.wg.watcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.azwg.ipam.address.IpPrefix;
import dev.azwg.ipam.ledger.Attachment;
import dev.azwg.ipam.ledger.AttachmentKey;
import dev.azwg.ipam.ledger.Ledger;
import dev.azwg.ipam.ledger.LedgerSnapshot;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LedgerMemoryTest {
  @TempDir Path directory;

  private Attachment written(Ledger ledger, String container) throws Exception {
    Attachment attachment =
        new Attachment(
            new AttachmentKey(container, "eth0"),
            "/run/netns/" + container,
            "azure",
            List.of(IpPrefix.ofHost("10.244.1." + container.length())),
            Optional.empty(),
            Instant.parse("2026-03-01T12:00:00Z"));
    ledger.write(attachment);
    return attachment;
  }

  @Test
  void aDamagedFileSaysWhatItSaidUntilItIsRemoved() throws Exception {
    Ledger ledger = new Ledger(directory);
    Attachment pod = written(ledger, "c");
    LedgerMemory memory = new LedgerMemory(ledger);
    assertEquals(List.of(pod), memory.read().attachments());
    Files.writeString(ledger.file(pod.key()), "{");
    for (int i = 0; i < 2; i++) {
      LedgerSnapshot damaged = memory.read();
      assertEquals(List.of(pod), damaged.attachments());
      assertEquals(1, damaged.unreadable().size());
    }
    assertTrue(ledger.remove(pod.key()));
    assertEquals(List.of(), memory.read().attachments());
    Files.writeString(ledger.file(pod.key()), "{");
    assertEquals(List.of(), memory.read().attachments(), "of an earlier life");
  }

  @Test
  void aFolderThatHasGoneWithdrawsNobody() throws Exception {
    Ledger ledger = new Ledger(directory);
    Attachment pod = written(ledger, "c");
    Attachment other = written(ledger, "cc");
    LedgerMemory memory = new LedgerMemory(ledger);
    memory.read();
    Path aside = directory.resolve("aside");
    Files.move(ledger.directory(), aside);
    LedgerSnapshot gone = memory.read();
    assertEquals(2, gone.attachments().size());
    assertTrue(gone.unreadable().getFirst().detail().contains("gone"));
    Files.move(aside, ledger.directory());
    assertTrue(ledger.remove(other.key()));
    assertEquals(List.of(pod), memory.read().attachments());
  }
}
