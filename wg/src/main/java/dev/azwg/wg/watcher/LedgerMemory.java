package dev.azwg.wg.watcher;

import dev.azwg.ipam.ledger.Attachment;
import dev.azwg.ipam.ledger.Ledger;
import dev.azwg.ipam.ledger.LedgerException;
import dev.azwg.ipam.ledger.LedgerSnapshot;
import dev.azwg.ipam.ledger.LedgerSnapshot.UnreadableFile;
import dev.azwg.netlink.libc.Libc;
import dev.azwg.netlink.lock.LockTimeoutException;
import dev.azwg.netlink.lock.StateLock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads the ledger, and remembers: a file that has become unreadable says what it said last for as
 * long as it is there, and a ledger whose folder has gone says all that it said. Only a file that
 * was removed withdraws its pod.
 */
final class LedgerMemory {
  private static final Duration REST = Duration.ofMillis(500);

  private final Ledger ledger;
  private Map<String, Attachment> last = new HashMap<>();

  LedgerMemory(Ledger ledger) {
    this.ledger = ledger;
  }

  /**
   * Reads while no call of the plugin is half done: one that ends an attachment removes its route
   * before its file. Where that cannot be awaited it is read all the same.
   */
  LedgerSnapshot readAtRest(Libc libc, Path stateDirectory) throws IOException {
    try (StateLock _ = StateLock.acquire(libc, stateDirectory, REST)) {
      return read();
    } catch (LockTimeoutException busy) {
      return read();
    }
  }

  LedgerSnapshot read() throws LedgerException {
    if (!Files.isDirectory(ledger.directory())) {
      // The daemon made it when it started, and the plugin makes it when it writes.
      return new LedgerSnapshot(
          List.copyOf(last.values()),
          List.of(
              new UnreadableFile(
                  ledger.directory().toString(),
                  LedgerException.Reason.UNREADABLE,
                  "the folder is gone; " + last.size() + " attachments are kept in mind")));
    }
    LedgerSnapshot read = ledger.read();
    Map<String, Attachment> known = new HashMap<>();
    for (Attachment attachment : read.attachments()) {
      known.put(String.valueOf(ledger.file(attachment.key()).getFileName()), attachment);
    }
    List<Attachment> all = new ArrayList<>(read.attachments());
    for (UnreadableFile file : read.unreadable()) {
      Attachment before = last.get(file.name());
      if (before != null) {
        known.put(file.name(), before);
        all.add(before);
      }
    }
    last = known;
    return new LedgerSnapshot(all, read.unreadable());
  }
}
