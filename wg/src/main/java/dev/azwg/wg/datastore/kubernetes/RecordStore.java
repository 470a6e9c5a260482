package dev.azwg.wg.datastore.kubernetes;

import dev.azwg.wg.datastore.DatastoreException;
import dev.azwg.wg.datastore.DatastoreSnapshot;
import dev.azwg.wg.datastore.DatastoreSnapshot.Rejected;
import dev.azwg.wg.datastore.PeerRecordJson;
import dev.azwg.wg.mesh.PeerRecord;
import io.fabric8.kubernetes.client.informers.cache.ItemStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The objects that the informer knows, kept as records: of an object itself only name, UID and
 * resource version stay.
 *
 * <p>A record that cannot be followed leaves the node's last good one in force. One whose object
 * was deleted holds for a while, because a node that lives publishes it again: deleting all objects
 * at once must not tear a mesh down. While this node's own object is among the deleted ones, it
 * holds until that could be written again and for the same while after, for then the others are
 * able to do so as well.
 */
final class RecordStore implements ItemStore<WireGuardPeer> {
  /**
   * One object.
   *
   * @param stub the object without its content, null once it was deleted
   * @param record the last record of it that can be followed
   * @param problem why the newest one cannot, or empty
   * @param until when a deleted record ends, by the monotonic clock
   */
  private record Entry(
      @Nullable WireGuardPeer stub, @Nullable PeerRecord record, String problem, long until) {}

  private final String self;
  private final Runnable changed;
  private final Duration farewell;
  private final Executor later;
  private final Map<String, Entry> entries = new TreeMap<>();
  private @Nullable WireGuardPeer written;
  private @Nullable WireGuardPeer removedOwn;
  private boolean ownIsMissing;
  private long revision;

  /**
   * An empty store.
   *
   * @param self this node, whose deleted record is gone at once: it knows whether it lives
   * @param farewell how long a deleted record still holds
   * @param changed called after each change of what {@link #snapshot} says
   */
  RecordStore(String self, Duration farewell, Runnable changed) {
    this.self = self;
    this.farewell = farewell;
    this.later = CompletableFuture.delayedExecutor(farewell.toMillis() + 1, TimeUnit.MILLISECONDS);
    this.changed = changed;
  }

  /** All records now. */
  synchronized DatastoreSnapshot snapshot() {
    long now = System.nanoTime();
    if (!ownIsMissing
        && entries.values().removeIf(entry -> entry.stub() == null && entry.until() - now <= 0)) {
      revision++;
    }
    List<PeerRecord> records = new ArrayList<>(entries.size());
    List<Rejected> rejected = new ArrayList<>();
    entries.forEach((name, entry) -> {
      if (entry.record() != null) {
        records.add(entry.record());
      }
      if (!entry.problem().isEmpty()) {
        rejected.add(new Rejected(describe(name), entry.problem()));
      }
    });
    return new DatastoreSnapshot(revision, records, rejected);
  }

  /**
   * What the server answered to this node's own write: it counts from now on, whatever the informer
   * still has to tell of earlier versions.
   */
  void wrote(WireGuardPeer answer, PeerRecord record) {
    synchronized (this) {
      WireGuardPeer stub = WireGuardPeer.stub(answer.getMetadata());
      Entry known = entries.get(self);
      // The watch may have told of what came after before the answer was here.
      boolean overtaken =
          isOlder(stub, known == null ? null : known.stub())
              || (removedOwn != null && !isOlder(removedOwn, stub) && isSame(removedOwn, stub));
      if (!overtaken) {
        written = stub;
        entries.put(self, new Entry(stub, record, "", 0));
        endMissing();
        revision++;
      }
    }
    changed.run();
  }

  private void endMissing() {
    if (ownIsMissing) {
      ownIsMissing = false;
      long until = System.nanoTime() + farewell.toNanos();
      entries.replaceAll((name, entry) ->
          entry.stub() == null ? new Entry(null, entry.record(), entry.problem(), until) : entry);
      later.execute(changed);
    }
  }

  @Override
  public String getKey(WireGuardPeer peer) {
    return peer.getMetadata().getName();
  }

  @Override
  public @Nullable WireGuardPeer put(String key, WireGuardPeer peer) {
    WireGuardPeer stub = WireGuardPeer.stub(peer.getMetadata());
    WireGuardPeer before;
    synchronized (this) {
      Entry known = entries.get(key);
      before = known == null ? null : known.stub();
      if (key.equals(self) && isOlder(stub, written)) {
        return before;
      }
      if (key.equals(self)) {
        endMissing();
      }
      Entry next = parse(key, stub, peer.getSpec(), known == null ? null : known.record());
      if (known != null && Objects.equals(known.record(), next.record())) {
        // A new list brings every record again: one copy of each is enough.
        next = new Entry(stub, known.record(), next.problem(), 0);
      }
      entries.put(key, next);
      if (known != null
          && known.stub() != null
          && Objects.equals(known.record(), next.record())
          && known.problem().equals(next.problem())) {
        return before;
      }
      revision++;
    }
    changed.run();
    return before;
  }

  @Override
  public @Nullable WireGuardPeer remove(String key) {
    WireGuardPeer before;
    synchronized (this) {
      Entry known = entries.get(key);
      before = known == null ? null : known.stub();
      if (known == null || before == null) {
        return null;
      }
      entries.remove(key);
      if (key.equals(self)) {
        written = null;
        removedOwn = before;
        ownIsMissing = true;
      } else if (known.record() != null) {
        long until = System.nanoTime() + farewell.toNanos();
        entries.put(key, new Entry(null, known.record(), "", until));
      }
      revision++;
    }
    changed.run();
    later.execute(changed);
    return before;
  }

  @Override
  public synchronized Stream<String> keySet() {
    List<String> names = new ArrayList<>();
    entries.forEach((name, entry) -> {
      if (entry.stub() != null) {
        names.add(name);
      }
    });
    return names.stream();
  }

  @Override
  public synchronized Stream<WireGuardPeer> values() {
    List<WireGuardPeer> stubs = new ArrayList<>();
    entries.forEach((name, entry) -> {
      if (entry.stub() != null) {
        stubs.add(entry.stub());
      }
    });
    return stubs.stream();
  }

  @Override
  public synchronized int size() {
    return (int) values().count();
  }

  @Override
  public synchronized @Nullable WireGuardPeer get(String key) {
    Entry entry = entries.get(key);
    return entry == null ? null : entry.stub();
  }

  @Override
  public boolean isFullState() {
    return false;
  }

  private static Entry parse(
      String name, WireGuardPeer stub, @Nullable JsonText spec, @Nullable PeerRecord lastGood) {
    if (spec == null) {
      return new Entry(stub, lastGood, "has no spec", 0);
    }
    try {
      return new Entry(stub, PeerRecordJson.decodeSpec(spec.bytes(), name, describe(name)), "", 0);
    } catch (DatastoreException e) {
      return new Entry(stub, lastGood, String.valueOf(e.getMessage()), 0);
    }
  }

  private static String describe(String name) {
    return WireGuardPeer.PLURAL + "/" + name;
  }

  private static boolean isOlder(WireGuardPeer seen, @Nullable WireGuardPeer known) {
    return known != null
        && isSame(seen, known)
        && ResourceVersions.compare(
                seen.getMetadata().getResourceVersion(), known.getMetadata().getResourceVersion())
            < 0;
  }

  private static boolean isSame(WireGuardPeer one, WireGuardPeer other) {
    return Objects.equals(one.getMetadata().getUid(), other.getMetadata().getUid());
  }
}
