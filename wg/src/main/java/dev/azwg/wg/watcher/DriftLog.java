package dev.azwg.wg.watcher;

import com.google.gson.JsonObject;
import dev.azwg.wg.mesh.Drift;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * What was found changed behind this node's back since the daemon has started: logged as it is put
 * right, one line for each kind in a pass, and counted. One thread adds, any may read.
 */
final class DriftLog {
  /**
   * All of one kind so far.
   *
   * @param count how many were found
   * @param lastDetail what the last one was
   * @param lastAt when that was found
   */
  record Entry(long count, String lastDetail, Instant lastAt) {}

  private final InstantSource clock;
  private final Log log;
  private volatile Map<Drift.Kind, Entry> entries = Map.of();

  DriftLog(InstantSource clock, Log log) {
    this.clock = clock;
    this.log = log;
  }

  /** Takes note of what a pass has found. */
  void found(Collection<Drift> drifts) {
    if (drifts.isEmpty()) {
      return;
    }
    Map<Drift.Kind, List<Drift>> byKind = new EnumMap<>(Drift.Kind.class);
    for (Drift drift : drifts) {
      byKind.computeIfAbsent(drift.kind(), kind -> new ArrayList<>()).add(drift);
    }
    Instant now = clock.instant();
    Map<Drift.Kind, Entry> next = new EnumMap<>(Drift.Kind.class);
    next.putAll(entries);
    byKind.forEach((kind, all) -> {
      Entry before = next.get(kind);
      long count = all.size() + (before == null ? 0 : before.count());
      String detail = all.getLast().detail();
      next.put(kind, new Entry(count, detail, now));
      log.warn("drift repaired", "kind", kind, "found", all.size(), "last", detail, "ever", count);
    });
    entries = next;
  }

  /** Takes note of one. */
  void found(Drift.Kind kind, String detail) {
    found(List.of(new Drift(kind, detail)));
  }

  /** What was found so far; a kind that never came up is absent. */
  Map<Drift.Kind, Entry> entries() {
    return Map.copyOf(entries);
  }

  /** The same for the status document, in the order of the kinds. */
  JsonObject toJson() {
    JsonObject document = new JsonObject();
    entries.forEach((kind, entry) -> {
      JsonObject member = new JsonObject();
      member.addProperty("count", entry.count());
      member.addProperty("last", entry.lastDetail());
      member.addProperty("lastAt", entry.lastAt().toString());
      document.add(kind.name(), member);
    });
    return document;
  }
}
