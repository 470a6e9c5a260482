package dev.azwg.ipam.watcher;

import java.util.Objects;

/**
 * Whether the watcher is well.
 *
 * @param ready whether its last reconciliation succeeded
 * @param reason why not, empty if it did
 */
public record WatcherHealth(boolean ready, String reason) {
  /** How much of a reason is told, in characters. */
  public static final int MAX_REASON = 1024;

  /** Shortens a reason that is longer than {@link #MAX_REASON}. */
  public WatcherHealth {
    Objects.requireNonNull(reason);
    if (reason.length() > MAX_REASON) {
      reason = reason.substring(0, MAX_REASON);
    }
  }
}
