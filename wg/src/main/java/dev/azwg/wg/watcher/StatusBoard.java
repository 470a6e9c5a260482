package dev.azwg.wg.watcher;

import dev.azwg.conflist.keeper.KeeperStatus;
import dev.azwg.ipam.ledger.LedgerSnapshot;
import dev.azwg.wg.datastore.DatastoreSnapshot;
import dev.azwg.wg.device.Peer;
import dev.azwg.wg.key.PublicKey;
import dev.azwg.wg.mesh.DesiredState;
import dev.azwg.wg.mesh.Finding;
import dev.azwg.wg.mesh.PeerPath;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/** What the reconciler last did, for whoever asks. New findings are logged as they come up. */
final class StatusBoard {
  /**
   * The state after the last pass.
   *
   * @param desired what the last successful pass applied
   * @param rejected the records and ledger files that could not be followed, each with the reason
   * @param passes how many passes succeeded
   * @param failures how many failed
   * @param problem why the last pass failed, or what keeps the node from doing what its mode
   *     promises; empty if nothing does
   * @param at when the last pass ended
   * @param tookMicros how long it took
   */
  record Status(
      Optional<DesiredState> desired,
      SortedSet<String> rejected,
      long passes,
      long failures,
      String problem,
      Instant at,
      long tookMicros) {
    /** Whether the node is served as it should be. */
    boolean ready() {
      return desired.isPresent() && problem.isEmpty();
    }
  }

  private final InstantSource clock;
  private final Log log;
  private SortedSet<Finding> known = new TreeSet<>();
  private SortedSet<String> knownRejected = new TreeSet<>();
  private long passes;
  private long failures;
  private volatile Status status;
  private volatile Map<PublicKey, PeerPath> paths = Map.of();
  private volatile Encryption.State encryption = Encryption.State.ON;
  private volatile Optional<KeeperStatus> conflist = Optional.empty();
  private volatile Optional<PoolStatus> pool = Optional.empty();
  private volatile List<Peer> foreignPeers = List.of();
  private final DriftLog drift;
  private final CountDownLatch succeededOnce = new CountDownLatch(1);

  StatusBoard(InstantSource clock, Log log) {
    this.clock = clock;
    this.log = log;
    drift = new DriftLog(clock, log);
    status =
        new Status(
            Optional.empty(), new TreeSet<>(), 0, 0, "not reconciled yet", clock.instant(), 0);
  }

  /** What the keeper of the network configuration list found last; empty if there is no keeper. */
  Optional<KeeperStatus> conflist() {
    return conflist;
  }

  /** This node's pool; empty if there is no source of one, or it was not looked at yet. */
  Optional<PoolStatus> pool() {
    return pool;
  }

  void pool(PoolStatus found) {
    pool = Optional.of(found);
  }

  /** The path to the peer of each key. */
  Map<PublicKey, PeerPath> paths() {
    return paths;
  }

  void paths(Map<PublicKey, PeerPath> known) {
    paths = known;
  }

  /** What was changed behind this node's back. */
  DriftLog drift() {
    return drift;
  }

  /** The peers of the device that are not this node's. */
  List<Peer> foreignPeers() {
    return foreignPeers;
  }

  void foreignPeers(List<Peer> found) {
    foreignPeers = found;
  }

  /** Whether the tunnel is used. */
  Encryption.State encryption() {
    return encryption;
  }

  void encryption(Encryption.State state) {
    encryption = state;
  }

  void kept(KeeperStatus found) {
    conflist = Optional.of(found);
  }

  /** Waits until a pass has succeeded. */
  void awaitFirstSuccess() throws InterruptedException {
    succeededOnce.await();
  }

  Status status() {
    return status;
  }

  void succeeded(
      DesiredState desired,
      @Nullable DatastoreSnapshot records,
      @Nullable LedgerSnapshot ledger,
      String degradation,
      long tookNanos,
      boolean observed) {
    SortedSet<String> rejected = new TreeSet<>();
    if (records != null) {
      records.rejected().forEach(each -> rejected.add(each.source() + ": " + each.reason()));
    }
    if (ledger != null) {
      ledger.unreadable().forEach(each -> rejected.add(each.name() + ": " + each.detail()));
    }
    logNew(desired.findings(), rejected);
    passes++;
    status =
        new Status(
            Optional.of(desired),
            rejected,
            passes,
            failures,
            degradation,
            clock.instant(),
            tookNanos / 1000);
    succeededOnce.countDown();
    log.debug(
        "reconciled",
        "took_us",
        tookNanos / 1000,
        "observed",
        observed,
        "peers",
        desired.peers().size(),
        "routes",
        desired.routes().size());
  }

  void failed(String problem) {
    failures++;
    Status last = status;
    status =
        new Status(last.desired(), last.rejected(), passes, failures, problem, clock.instant(), 0);
  }

  private void logNew(SortedSet<Finding> findings, SortedSet<String> rejected) {
    for (Finding finding : findings) {
      if (!known.contains(finding)) {
        log.warn(
            "record not followed",
            "kind",
            finding.kind(),
            "node",
            finding.node(),
            "subject",
            finding.subject(),
            "detail",
            finding.detail());
      }
    }
    for (String problem : rejected) {
      if (!knownRejected.contains(problem)) {
        log.warn("file not followed", "problem", problem);
      }
    }
    known = findings;
    knownRejected = rejected;
  }
}
