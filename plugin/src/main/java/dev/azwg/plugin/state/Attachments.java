package dev.azwg.plugin.state;

import dev.azwg.ipam.address.IpPrefix;
import dev.azwg.ipam.ledger.Attachment;
import dev.azwg.ipam.ledger.AttachmentKey;
import dev.azwg.ipam.ledger.Ledger;
import dev.azwg.ipam.ledger.LedgerException;
import dev.azwg.netlink.libc.Libc;
import dev.azwg.netlink.lock.StateLock;
import dev.azwg.plugin.journal.Journal;
import dev.azwg.plugin.node.NodeKernel;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * The attachments of this node: the ledger's files, and for each of their addresses a {@code throw}
 * route in the WireGuard table. This class changes the two together.
 *
 * <p>The invariant: an address has a {@code throw} route if, and only if, the file of at least one
 * attachment has it. Calls come in parallel, and a runtime may send the DEL of an old pod after the
 * ADD of the pod that got its address. So every change happens under {@link StateLock}, and these
 * are the interleavings:
 *
 * <ul>
 *   <li><b>ADD of B, then the late DEL of A, same address.</b> B's file is there when DEL looks
 *       whether another attachment has the address: the route stays. Only A's file goes.
 *   <li><b>DEL of A, then ADD of B.</b> The route goes and comes back. In between the address has
 *       no owner, and no pod that could be reached.
 *   <li><b>DEL of A between B's file and B's route.</b> Cannot be: both happen under one lock. This
 *       is the interleaving that would lose B's route without it.
 *   <li><b>DEL while its own ADD waits for the watcher.</b> The lock is not held then. DEL removes
 *       file and route; the ADD ends later and writes nothing more. If that ADD fails, its undoing
 *       finds that the file is not the one it wrote, and leaves all as it is.
 *   <li><b>DEL before its own ADD has taken the lock.</b> DEL finds nothing and leaves a
 *       {@linkplain Tombstones mark}; the ADD, which began before the mark, finds it and fails.
 *   <li><b>ADD of B fails and is undone after C was given the address.</b> Undoing removes B's file
 *       and leaves the route, which C's file claims.
 *   <li><b>SIGKILL between file and route of an ADD.</b> The file claims an address without a
 *       route. The runtime sends DEL after a failed ADD; until then the watcher, for which the file
 *       is the truth, puts the route in. A route without a file cannot come about this way.
 *   <li><b>SIGKILL between route and file of a DEL.</b> The same state, and the runtime repeats the
 *       DEL. For this the route goes first.
 *   <li><b>The watcher reconciles meanwhile.</b> It may read the ledger before, and the table
 *       after, an ADD; it must look again before it takes a {@code throw} route away.
 * </ul>
 */
public final class Attachments {
  private final Libc libc;
  private final NodeKernel kernel;
  private final Journal journal;
  private final Path stateDir;
  private final int table;
  private final Ledger ledger;
  private final Tombstones tombstones;

  /**
   * The attachments under a state directory.
   *
   * @param table the WireGuard routing table
   */
  public Attachments(Libc libc, NodeKernel kernel, Journal journal, Path stateDir, int table) {
    this.libc = libc;
    this.kernel = kernel;
    this.journal = journal;
    this.stateDir = stateDir;
    this.table = table;
    this.ledger = new Ledger(stateDir);
    this.tombstones = new Tombstones(stateDir);
  }

  /**
   * Records an attachment and routes its addresses. An earlier attachment with the same key is
   * replaced; what it had and the new one has not is withdrawn.
   *
   * @param begin when the ADD began
   * @return false if the attachment was deleted since then, and nothing was recorded
   * @throws IOException if it could not be done; then all is as it was
   */
  public boolean attach(Attachment attachment, Instant begin, Duration bound) throws IOException {
    try (StateLock _ = StateLock.acquire(libc, stateDir, bound)) {
      if (tombstones.isDeletedSince(name(attachment.key()), begin)) {
        return false;
      }
      Optional<Attachment> earlier = readOrReport(attachment.key());
      ledger.write(attachment);
      try {
        kernel.addThrowRoutes(table, attachment.addresses());
      } catch (IOException e) {
        putBack(attachment.key(), earlier, e);
        throw e;
      }
      if (earlier.isPresent()) {
        withdrawUnclaimed(earlier.get().addresses());
      }
      return true;
    }
  }

  /**
   * Undoes {@link #attach} for an ADD that failed later, unless the attachment is no longer the one
   * that ADD has recorded.
   */
  public void undo(Attachment attachment, Duration bound) throws IOException {
    try (StateLock _ = StateLock.acquire(libc, stateDir, bound)) {
      Optional<Attachment> current = readOrReport(attachment.key());
      if (current.isPresent() && current.get().equals(attachment)) {
        remove(current.get());
      }
    }
  }

  /**
   * Removes an attachment, and the routes of those of its addresses that no other attachment has.
   * One that is not there is noted, for an ADD that may be on its way.
   *
   * @throws IOException if something is left; what could be done is done
   */
  public void detach(AttachmentKey key, Duration bound) throws IOException {
    try (StateLock _ = StateLock.acquire(libc, stateDir, bound)) {
      Optional<Attachment> current = Optional.empty();
      boolean damaged = false;
      try {
        current = ledger.read(key);
      } catch (LedgerException e) {
        // Its addresses are not known: the watcher removes routes that no file claims.
        journal.warning("removing an attachment file that cannot be read: " + e.getMessage());
        damaged = true;
      }
      if (current.isPresent()) {
        remove(current.get());
      } else if (damaged) {
        ledger.remove(key);
      } else {
        tombstones.mark(name(key), Instant.now());
      }
    }
  }

  /**
   * Removes every attachment that a predicate selects, as {@link #detach} does, going on after
   * failures.
   *
   * @return how many were removed
   * @throws IOException if one or more could not be removed, after all were tried
   */
  public int detachAll(Predicate<Attachment> selected, Duration bound) throws IOException {
    try (StateLock _ = StateLock.acquire(libc, stateDir, bound)) {
      List<Attachment> stale = new ArrayList<>();
      Set<IpPrefix> claimed = new HashSet<>();
      for (Attachment attachment : ledger.read().attachments()) {
        if (selected.test(attachment)) {
          stale.add(attachment);
        } else {
          claimed.addAll(attachment.addresses());
        }
      }
      IOException failure = null;
      for (Attachment attachment : stale) {
        try {
          kernel.deleteThrowRoutes(table, without(attachment.addresses(), claimed));
          ledger.remove(attachment.key());
        } catch (IOException e) {
          failure = failure == null ? e : failure;
        }
      }
      if (failure != null) {
        throw failure;
      }
      return stale.size();
    }
  }

  /** Reads an attachment. */
  public Optional<Attachment> find(AttachmentKey key) throws LedgerException {
    return ledger.read(key);
  }

  /** Whether there is any attachment. */
  public boolean any() throws LedgerException {
    return !ledger.read().attachments().isEmpty();
  }

  private void remove(Attachment attachment) throws IOException {
    Set<IpPrefix> claimed = claimedByOthers(attachment.key());
    try {
      kernel.deleteThrowRoutes(table, without(attachment.addresses(), claimed));
    } finally {
      ledger.remove(attachment.key());
    }
  }

  /** After a replacement: the attachment's new file is among those that claim. */
  private void withdrawUnclaimed(List<IpPrefix> earlier) throws IOException {
    Set<IpPrefix> claimed = new HashSet<>();
    ledger.read().attachments().forEach(other -> claimed.addAll(other.addresses()));
    kernel.deleteThrowRoutes(table, without(earlier, claimed));
  }

  private Set<IpPrefix> claimedByOthers(AttachmentKey key) throws LedgerException {
    Set<IpPrefix> claimed = new HashSet<>();
    for (Attachment other : ledger.read().attachments()) {
      if (!other.key().equals(key)) {
        claimed.addAll(other.addresses());
      }
    }
    return claimed;
  }

  private void putBack(AttachmentKey key, Optional<Attachment> earlier, IOException cause) {
    try {
      if (earlier.isPresent()) {
        ledger.write(earlier.get());
      } else {
        ledger.remove(key);
      }
    } catch (LedgerException e) {
      cause.addSuppressed(e);
    }
  }

  private Optional<Attachment> readOrReport(AttachmentKey key) {
    try {
      return ledger.read(key);
    } catch (LedgerException e) {
      journal.warning("ignoring an attachment file that cannot be read: " + e.getMessage());
      return Optional.empty();
    }
  }

  private String name(AttachmentKey key) {
    return String.valueOf(ledger.file(key).getFileName());
  }

  private static List<IpPrefix> without(Collection<IpPrefix> addresses, Set<IpPrefix> claimed) {
    List<IpPrefix> rest = new ArrayList<>(addresses);
    rest.removeAll(claimed);
    return rest;
  }
}
