package dev.azwg.wg.mesh;

import java.time.Instant;

/** Breaks: planning is pure. */
public final class ReadsTheClock {
  private ReadsTheClock() {}

  public static Instant now() {
    return Instant.now();
  }
}
