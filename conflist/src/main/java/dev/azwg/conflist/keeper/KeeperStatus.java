package dev.azwg.conflist.keeper;

import java.time.Instant;
import java.util.Optional;

/**
 * What the keeper found when it last looked, and what it has done since it was started.
 *
 * @param file the configuration that the runtime uses, empty if there is none
 * @param state how things stand
 * @param detail why, empty if all is well
 * @param insertions how often our entry was put in
 * @param lastInsertion when that was last
 * @param fights how often another installer made us pause
 */
public record KeeperStatus(
    String file,
    State state,
    String detail,
    long insertions,
    Optional<Instant> lastInsertion,
    long fights) {
  /** How things stand. */
  public enum State {
    /** Our entry is in the list, once and last. */
    KEPT,
    /** There is no list yet, or not a whole one: its writer is awaited. */
    WAITING,
    /** The list is one that azwg cannot serve; nothing is written. */
    REFUSED,
    /** The plugin's executable is not where the runtime looks: an entry would break every pod. */
    PLUGIN_MISSING,
    /** Another installer keeps rewriting the list: our next try comes after a pause. */
    PAUSED,
    /** The list cannot be read or replaced. */
    FAILED
  }

  /** Before the first look. */
  static final KeeperStatus UNKNOWN =
      new KeeperStatus("", State.WAITING, "not looked at yet", 0, Optional.empty(), 0);
}
