package dev.azwg.wg.watcher;

import dev.azwg.ipam.address.IpPrefix;
import dev.azwg.ipam.ledger.Attachment;
import dev.azwg.ipam.ledger.Ledger;
import dev.azwg.netlink.libc.Libc;
import dev.azwg.netlink.lock.LockTimeoutException;
import dev.azwg.netlink.lock.StateLock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Removes attachments whose DEL never came or could not be carried out: the plugin was not in the
 * runtime's list by then, or the lock was not to be had in time.
 *
 * <p>To remove the claim of a pod that lives would cut it off, so both must be sure: the pod's
 * network namespace is gone, in a folder that this process can see into; and the kernel has no
 * route to any of its addresses. And it is not young: an ADD may still be under way.
 */
final class Leftovers {
  /** Longer than anything in an ADD may take. */
  static final Duration YOUNG = Duration.ofMinutes(5);

  /** The plugin goes first; there is a next time. */
  private static final Duration LOCK_BOUND = Duration.ofMillis(200);

  private final Libc libc;
  private final Ledger ledger;
  private final Path stateDirectory;
  private final Log log;

  Leftovers(Libc libc, Ledger ledger, Path stateDirectory, Log log) {
    this.libc = libc;
    this.ledger = ledger;
    this.stateDirectory = stateDirectory;
    this.log = log;
  }

  /**
   * Removes what is left over.
   *
   * @param routed the addresses of pods that the kernel has routes to
   * @return how many were removed
   */
  int remove(List<Attachment> attachments, Set<IpPrefix> routed, Instant now) {
    List<Attachment> leftOver = new ArrayList<>();
    for (Attachment attachment : attachments) {
      if (isLeftOver(attachment, routed, now)) {
        leftOver.add(attachment);
      }
    }
    if (leftOver.isEmpty()) {
      return 0;
    }
    int removed = 0;
    try (StateLock _ = StateLock.acquire(libc, stateDirectory, LOCK_BOUND)) {
      for (Attachment attachment : leftOver) {
        // The container may have been given another attachment before we had the lock.
        if (ledger.read(attachment.key()).equals(Optional.of(attachment))) {
          ledger.remove(attachment.key());
          removed++;
          log.warn(
              "attachment of a pod that is gone removed",
              "container",
              attachment.key().containerId(),
              "netns",
              attachment.netns(),
              "addresses",
              attachment.addresses());
        }
      }
    } catch (LockTimeoutException busy) {
      log.debug("leftovers are removed next time", "reason", busy.getMessage());
    } catch (IOException e) {
      log.warn("leftovers cannot be removed", "error", e.getMessage());
    }
    return removed;
  }

  static boolean isLeftOver(Attachment attachment, Set<IpPrefix> routed, Instant now) {
    return attachment.createdAt().isBefore(now.minus(YOUNG))
        && attachment.addresses().stream().noneMatch(routed::contains)
        && isGone(attachment.netns());
  }

  /** A path whose folder cannot be seen into, as from within a container, proves nothing. */
  private static boolean isGone(String netns) {
    if (netns.isEmpty()) {
      return false;
    }
    Path path = Path.of(netns);
    Path folder = path.getParent();
    return folder != null && Files.isDirectory(folder) && Files.notExists(path);
  }
}
