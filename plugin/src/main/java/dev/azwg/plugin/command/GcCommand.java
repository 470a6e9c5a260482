package dev.azwg.plugin.command;

import dev.azwg.ipam.ledger.AttachmentKey;
import dev.azwg.plugin.spec.CniException;
import dev.azwg.plugin.spec.ErrorCode;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/**
 * GC: removes the attachments of this network that the runtime no longer knows. A call without a
 * list removes nothing: a runtime that gives none has not said that nothing is in use.
 */
public final class GcCommand {
  private static final Duration LOCK_BOUND = Duration.ofSeconds(5);

  private GcCommand() {}

  /**
   * Runs the command.
   *
   * @throws CniException if the list cannot be used, and then nothing is removed; or with
   *     IO_FAILURE if some attachments could not be removed, after all were tried
   */
  public static void run(Call call) throws CniException {
    Optional<Set<AttachmentKey>> valid = ValidAttachments.of(call.network().document());
    if (valid.isEmpty()) {
      call.journal().info("no list of attachments, nothing removed");
      return;
    }
    String network = call.network().name();
    Set<AttachmentKey> kept = valid.get();
    try {
      int removed =
          call.attachments()
              .detachAll(
                  attachment ->
                      attachment.network().equals(network) && !kept.contains(attachment.key()),
                  LOCK_BOUND);
      call.journal().info(removed + " stale attachments removed");
    } catch (IOException e) {
      throw new CniException(
          ErrorCode.IO_FAILURE,
          "not all stale attachments could be removed",
          String.valueOf(e.getMessage()),
          e);
    }
  }
}
