package dev.azwg.ipam.ledger;

import java.util.List;

/**
 * The ledger as it was read once.
 *
 * @param attachments what could be read, ordered by key
 * @param unreadable the files that were skipped, ordered by name
 */
public record LedgerSnapshot(List<Attachment> attachments, List<UnreadableFile> unreadable) {
  /** Keeps own copies. */
  public LedgerSnapshot {
    attachments = List.copyOf(attachments);
    unreadable = List.copyOf(unreadable);
  }

  /**
   * A file that was skipped.
   *
   * @param name its name in the ledger's directory
   * @param detail what is wrong, for an operator
   */
  public record UnreadableFile(String name, LedgerException.Reason reason, String detail) {}
}
