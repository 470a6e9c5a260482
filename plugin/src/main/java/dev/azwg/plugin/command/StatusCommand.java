package dev.azwg.plugin.command;

import dev.azwg.ipam.watcher.WatcherClient;
import dev.azwg.ipam.watcher.WatcherException;
import dev.azwg.ipam.watcher.WatcherHealth;
import dev.azwg.plugin.spec.CniException;
import dev.azwg.plugin.spec.ErrorCode;
import java.io.IOException;
import java.time.Duration;

/**
 * STATUS: whether an ADD would be served as it should, which needs the watcher. Runtimes ask every
 * few seconds, so it is one question with a bound.
 */
public final class StatusCommand {
  private static final Duration BOUND = Duration.ofMillis(500);

  private StatusCommand() {}

  /**
   * Runs the command.
   *
   * @throws CniException with NOT_AVAILABLE, or NOT_AVAILABLE_LIMITED_CONNECTIVITY if the watcher
   *     is not ready while there are pods
   */
  public static void run(Call call) throws CniException {
    WatcherHealth health;
    try {
      health = new WatcherClient(call.config().stateDir()).health(BOUND);
    } catch (WatcherException e) {
      throw new CniException(
          ErrorCode.NOT_AVAILABLE,
          "the watcher does not answer",
          String.valueOf(e.getMessage()),
          e);
    }
    if (!health.ready()) {
      throw new CniException(
          hasPods(call) ? ErrorCode.NOT_AVAILABLE_LIMITED_CONNECTIVITY : ErrorCode.NOT_AVAILABLE,
          "the watcher is not ready",
          health.reason());
    }
  }

  private static boolean hasPods(Call call) {
    try {
      return call.attachments().any();
    } catch (IOException e) {
      call.journal().warning("the ledger cannot be read: " + e.getMessage());
      return false;
    }
  }
}
