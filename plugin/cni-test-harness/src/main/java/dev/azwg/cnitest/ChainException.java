package dev.azwg.cnitest;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** A chain stopped: a plugin failed, or the list cannot be run. */
public final class ChainException extends IOException {
  private static final long serialVersionUID = 1L;

  private final transient @Nullable PluginOutcome outcome;

  ChainException(String message) {
    super(message);
    this.outcome = null;
  }

  ChainException(String type, String command, PluginOutcome outcome) {
    super("plugin type=\"" + type + "\" failed (" + command + "): " + outcome);
    this.outcome = outcome;
  }

  /** What the failing plugin did; null if none was run. */
  public @Nullable PluginOutcome outcome() {
    return outcome;
  }
}
