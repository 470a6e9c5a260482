package dev.azwg.image.smoke;

/**
 * One thing that must work in an executable.
 *
 * @param name what it is, for the report
 * @param body throws if it does not work
 */
record Check(String name, Body body) {
  /** Throws anything, an {@link AssertionError} if a result is wrong. */
  @FunctionalInterface
  interface Body {
    void run() throws Exception;
  }

  /** Fails the running check unless the two are equal. */
  static void same(Object expected, Object actual) {
    if (!expected.equals(actual)) {
      throw new AssertionError("expected " + expected + " but got " + actual);
    }
  }
}
