package dev.azwg.netlink.lock;

import java.io.IOException;
import java.time.Duration;

/** Other calls held the state lock for all the time that we could wait. */
public final class LockTimeoutException extends IOException {
  private static final long serialVersionUID = 1L;

  LockTimeoutException(Duration bound) {
    super("the state directory was locked for " + bound.toMillis() + " ms by other calls");
  }
}
