package dev.azwg.wg.watcher;

import dev.azwg.ipam.address.PrefixSet;
import dev.azwg.ipam.pool.AddressPool;
import dev.azwg.ipam.pool.PoolException;
import dev.azwg.wg.pool.PoolSource;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * This node's pool as it was last known: a source that cannot be read, or that says something that
 * cannot be followed, takes nothing away. Without a source, or before one could be read for the
 * first time, the pool is empty, and each pod is claimed for itself.
 */
final class NodePool implements AutoCloseable {
  /** A source that takes longer for its first answer has none. */
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final Optional<PoolSource> source;
  private final StatusBoard board;
  private final Log log;
  private AddressPool known = AddressPool.EMPTY;
  private String problem = "";
  private int claimed;
  private boolean answered;
  private final long began = System.nanoTime();

  NodePool(Optional<PoolSource> source, StatusBoard board, Log log) {
    this.source = source;
    this.board = board;
    this.log = log;
  }

  /**
   * Has {@code changed} called when the pool may have changed. Where that cannot be had, the resync
   * finds changes all the same.
   */
  NodePool follow(Runnable changed) {
    try {
      if (source.isPresent()) {
        source.get().watch(changed);
      }
    } catch (PoolException e) {
      log.warn("the pool is looked at with each resync only", "error", e.getMessage());
    }
    return this;
  }

  /**
   * Reads the source.
   *
   * @param nodeAddresses the node's own addresses
   * @return whether the pool is another one than before
   */
  boolean refresh(List<InetAddress> nodeAddresses) {
    if (source.isEmpty()) {
      return false;
    }
    AddressPool before = known;
    String found = "";
    try {
      known = source.get().read(nodeAddresses);
      answered = true;
    } catch (PoolException e) {
      found = e.reason() + ": " + e.getMessage();
    }
    boolean changed = !known.equals(before);
    if (changed) {
      log.info(
          "pool changed",
          "source",
          source.get().name(),
          "prefixes",
          known.prefixes().prefixes().size(),
          "before",
          before.prefixes().prefixes().size(),
          "withheld",
          known.withheld());
    }
    if (!found.equals(problem)) {
      if (found.isEmpty()) {
        log.info("pool can be read again", "source", source.get().name());
      } else {
        log.warn("pool cannot be read: what was known of it holds", "error", found);
      }
      problem = found;
    }
    tell();
    return changed;
  }

  /** As many prefixes of it are claimed: fewer or more where other nodes would not believe all. */
  void claimed(int prefixes) {
    if (prefixes != claimed) {
      claimed = prefixes;
      tell();
    }
  }

  private void tell() {
    source.ifPresent(from -> board.pool(new PoolStatus(from.name(), known, claimed, problem)));
  }

  /** What the platform has given to this node, as far as it is known. */
  PrefixSet prefixes() {
    return known.prefixes();
  }

  /**
   * What is claimed as the pool: while the first answer of a server is waited for, what this node
   * claimed before it restarted. To take a range back and claim it anew would cost every node of
   * the mesh two changes.
   */
  PrefixSet claimable(Supplier<PrefixSet> before) {
    boolean waiting =
        !answered
            && source.map(PoolSource::answersLater).orElse(false)
            && System.nanoTime() - began < PATIENCE.toNanos();
    return waiting ? before.get() : known.prefixes();
  }

  @Override
  public void close() {
    source.ifPresent(PoolSource::close);
  }
}
