package dev.azwg.netlink.testing;

import java.util.Random;

/**
 * Randomness for property tests that can be repeated: a failure names the seed it happened with,
 * and {@code -Dtest.seed=N} runs just that one.
 */
public final class Seed {
  private static final int DEFAULT_RUNS = 1000;

  private Seed() {}

  /** A property of values made from a source of randomness. */
  @FunctionalInterface
  public interface Property {
    // A property may throw whatever the code under test throws.
    void check(Random random) throws Exception;
  }

  /** Checks a property with a thousand seeds. */
  public static void forAll(Property property) {
    forAll(DEFAULT_RUNS, property);
  }

  /** Checks a property with this many seeds. */
  public static void forAll(int runs, Property property) {
    Long only = Long.getLong("test.seed");
    if (only != null) {
      check(only, property);
      return;
    }
    long first = System.nanoTime();
    for (int i = 0; i < runs; i++) {
      check(first + i, property);
    }
  }

  private static void check(long seed, Property property) {
    try {
      property.check(new Random(seed));
    } catch (Exception | AssertionError e) {
      throw new AssertionError("fails with -Dtest.seed=" + seed + ": " + e.getMessage(), e);
    }
  }
}
