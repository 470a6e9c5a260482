package dev.azwg.wg.datastore.kubernetes;

import dev.azwg.wg.datastore.DatastoreSnapshot;
import dev.azwg.wg.datastore.DatastoreSnapshot.Rejected;
import dev.azwg.wg.mesh.PeerRecord;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What may be followed of the records, and which of them must be checked next. Of each node the
 * last record that was checked holds until a newer one is.
 *
 * <p>No I/O; the time is given, by the monotonic clock.
 */
final class CheckedRecords {
  /** How often a claim is looked up again of which the platform says nothing yet. */
  private static final int MAXIMUM_LOOKUPS = 6;

  /** A record may have thousands of claims, each of which could be reported. */
  private static final int MAXIMUM_REPORTED = 16;

  /**
   * A record that is to be checked.
   *
   * @param node what the Node said at the last check; empty if it must be asked for
   */
  record Work(PeerRecord record, Optional<PlatformNode> node) {}

  private static final class Entry {
    PeerRecord offered;
    @Nullable PeerRecord decided;
    @Nullable Verdict verdict;
    Optional<PlatformNode> node = Optional.empty();
    boolean waiting = true;
    long due;
    long asked;
    int refused;
    int failed;
    String failure = "";

    Entry(PeerRecord offered, long now) {
      this.offered = offered;
      this.due = now;
    }
  }

  private final String self;
  private final CheckTiming timing;
  private final Map<String, Entry> entries = new HashMap<>();
  private final Set<String> awaited = new HashSet<>();
  private DatastoreSnapshot raw = new DatastoreSnapshot(-1, List.of(), List.of());
  private @Nullable DatastoreSnapshot view;
  private long revision;
  private boolean complete;

  /**
   * Nothing yet.
   *
   * @param self this node, whose record is not checked
   */
  CheckedRecords(String self, CheckTiming timing) {
    this.self = self;
    this.timing = timing;
  }

  /**
   * Takes the records as they are now. What needs no request is decided at once.
   *
   * @param listed whether these are all that there were at some moment
   * @param noPools whether nothing but the Node can be asked about
   */
  synchronized void offer(DatastoreSnapshot records, boolean listed, boolean noPools, long now) {
    if (records.revision() > raw.revision()) {
      raw = records;
      Set<String> present = new HashSet<>();
      for (PeerRecord record : records.records()) {
        if (!record.node().equals(self)) {
          present.add(record.node());
          offer(record, noPools, now);
        }
      }
      entries.keySet().retainAll(present);
      awaited.retainAll(present);
      changed();
    }
    if (listed && !complete) {
      complete = true;
      entries.forEach((name, entry) -> {
        if (entry.verdict == null) {
          awaited.add(name);
        }
      });
    }
  }

  /** Whether every record that was there at the beginning has been decided. */
  synchronized boolean isReadable() {
    return complete && awaited.isEmpty();
  }

  /** What may be followed, and what is not. */
  synchronized DatastoreSnapshot snapshot() {
    DatastoreSnapshot known = view;
    if (known == null) {
      List<PeerRecord> records = new ArrayList<>(raw.records().size());
      List<Rejected> rejected = new ArrayList<>(raw.rejected());
      for (PeerRecord record : raw.records()) {
        Entry entry = entries.get(record.node());
        if (entry == null) {
          records.add(record);
        } else if (entry.verdict != null) {
          entry.verdict.followed().ifPresent(records::add);
          report(record.node(), entry.verdict.refusals(), rejected);
        }
      }
      known = new DatastoreSnapshot(revision, records, rejected);
      view = known;
    }
    return known;
  }

  /** How many claims are followed without a proof. */
  synchronized int unproven() {
    int count = 0;
    for (Entry entry : entries.values()) {
      count += entry.verdict == null ? 0 : entry.verdict.unproven().size();
    }
    return count;
  }

  /** Why a record cannot be checked; empty if none waits for that. */
  synchronized String problem() {
    return entries.values().stream()
        .map(entry -> entry.failure)
        .filter(failure -> !failure.isEmpty())
        .findAny()
        .orElse("");
  }

  /** How many records have not been decided once. */
  synchronized int undecided() {
    return (int) entries.values().stream().filter(entry -> entry.verdict == null).count();
  }

  /** A node's record, if it has not been decided once. */
  synchronized Optional<Work> undecided(String node) {
    Entry entry = entries.get(node);
    return entry == null || entry.verdict != null
        ? Optional.empty()
        : Optional.of(new Work(entry.offered, Optional.empty()));
  }

  /** The record that is due and whose node was asked about longest ago. */
  synchronized Optional<Work> next(long now) {
    Entry next = null;
    for (Entry entry : entries.values()) {
      if (entry.waiting
          && entry.due - now <= 0
          && (next == null || order(entry, now) < order(next, now))) {
        next = entry;
      }
    }
    if (next == null) {
      return Optional.empty();
    }
    boolean nodeKnown =
        next.verdict != null
            && next.verdict.isClean()
            && !RecordCheck.namesNewAddress(next.offered, next.verdict.followed().orElseThrow());
    return Optional.of(new Work(next.offered, nodeKnown ? next.node : Optional.empty()));
  }

  /** How long nothing is due, in nanoseconds. */
  synchronized long nanosToNext(long now) {
    long nanos = Long.MAX_VALUE;
    for (Entry entry : entries.values()) {
      if (entry.waiting) {
        nanos = Math.min(nanos, Math.max(0, entry.due - now));
      }
    }
    return nanos;
  }

  /**
   * Takes what a check came to.
   *
   * @param node what was asked about
   * @param noPools whether nothing but the Node can be asked about
   * @return whether that changes what may be followed
   */
  synchronized boolean decide(
      Work work, Verdict verdict, Optional<PlatformNode> node, boolean noPools, long now) {
    String name = work.record().node();
    Entry entry = entries.get(name);
    if (entry == null) {
      return false;
    }
    boolean same = verdict.equals(entry.verdict);
    boolean again = work.record().equals(entry.decided);
    entry.decided = work.record();
    entry.verdict = verdict;
    entry.node = node.map(PlatformNode::withoutPool);
    entry.asked = now;
    entry.failed = 0;
    entry.failure = "";
    entry.refused = again ? entry.refused + 1 : 0;
    boolean unsettled =
        !verdict.isClean()
            || (!verdict.unproven().isEmpty() && !noPools && entry.refused < MAXIMUM_LOOKUPS);
    entry.waiting = unsettled;
    if (unsettled) {
      entry.due = now + timing.repeatNanos(entry.refused, unsettled());
    }
    awaited.remove(name);
    PeerRecord newest = entry.offered;
    if (!newest.equals(work.record())) {
      same &= !follow(entry, newest, noPools, now);
    }
    if (!same) {
      changed();
    }
    return !same;
  }

  /** Takes note that the server could not be asked: what holds goes on to hold. */
  synchronized void failed(Work work, String problem, long now) {
    Entry entry = entries.get(work.record().node());
    if (entry != null) {
      entry.waiting = true;
      entry.asked = now;
      entry.due = now + timing.retryNanos(entry.failed);
      entry.failed++;
      entry.failure = problem;
    }
  }

  private void offer(PeerRecord record, boolean noPools, long now) {
    Entry entry = entries.get(record.node());
    if (entry == null) {
      entries.put(record.node(), new Entry(record, now));
    } else if (!entry.offered.equals(record)) {
      entry.offered = record;
      follow(entry, record, noPools, now);
    }
  }

  /** Decides a changed record by what is known, or has it checked; whether it is decided. */
  private boolean follow(Entry entry, PeerRecord record, boolean noPools, long now) {
    Verdict before = entry.verdict;
    if (before == null) {
      return false;
    }
    Optional<Verdict> carried = carry(entry, before, record, noPools, now);
    if (carried.isPresent()) {
      entry.decided = record;
      entry.verdict = carried.get();
      // Claims of which nothing is known yet are looked up again at the time that was set.
      entry.waiting = entry.waiting && !carried.get().unproven().isEmpty();
      return true;
    }
    entry.waiting = true;
    entry.refused = 0;
    long soonest = entry.asked + timing.interval().toNanos();
    entry.due = soonest - now > 0 ? soonest : now;
    return false;
  }

  private Optional<Verdict> carry(
      Entry entry, Verdict before, PeerRecord record, boolean noPools, long now) {
    boolean proofHolds = now - entry.asked < timing.proof().toNanos();
    Optional<Verdict> carried = RecordCheck.carry(record, before, proofHolds);
    boolean nodeIsAll =
        noPools
            && before.isClean()
            && !RecordCheck.namesNewAddress(record, before.followed().orElseThrow());
    return carried.isEmpty() && nodeIsAll
        ? Optional.of(RecordCheck.check(record, entry.node))
        : carried;
  }

  private int unsettled() {
    int count = 0;
    for (Entry entry : entries.values()) {
      count += entry.waiting ? 1 : 0;
    }
    return count;
  }

  /** Those that were never asked about come first. */
  private static long order(Entry entry, long now) {
    return entry.verdict == null && entry.failed == 0 ? Long.MIN_VALUE : entry.asked - now;
  }

  private void changed() {
    revision++;
    view = null;
  }

  private static void report(String node, List<Verdict.Refusal> refusals, List<Rejected> to) {
    String source = WireGuardPeer.PLURAL + "/" + node;
    refusals.stream()
        .limit(MAXIMUM_REPORTED)
        .forEach(refusal -> to.add(new Rejected(source, refusal.toString())));
    if (refusals.size() > MAXIMUM_REPORTED) {
      to.add(new Rejected(source, (refusals.size() - MAXIMUM_REPORTED) + " more are not followed"));
    }
  }
}
