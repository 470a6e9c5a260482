package dev.azwg.wg.watcher;

/** The version of the daemon. */
final class Version {
  static final String TEXT = "0.1.0";

  private Version() {}
}
