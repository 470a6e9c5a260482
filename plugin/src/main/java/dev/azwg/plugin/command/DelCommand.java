package dev.azwg.plugin.command;

import java.io.IOException;
import java.time.Duration;

/**
 * DEL: withdraws the attachment's addresses, from our own state alone.
 *
 * <p>It does not fail. We are last in the chain, so a runtime calls our DEL first, and stops the
 * chain at the first error: a failing DEL would keep azure-vnet from releasing the pod's address,
 * and the pod in Terminating. What could not be removed is logged; the watcher finds it, because
 * the pod's network namespace is gone.
 */
public final class DelCommand {
  private static final Duration LOCK_BOUND = Duration.ofSeconds(2);

  private DelCommand() {}

  /** Runs the command. */
  public static void run(Call call) {
    try {
      call.attachments().detach(call.invocation().key(), LOCK_BOUND);
      call.journal().info("withdrawn");
    } catch (IOException e) {
      call.journal().error("not all could be removed, the watcher has to: " + e.getMessage());
    }
  }
}
