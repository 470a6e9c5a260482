package dev.azwg.plugin;

/** The plugin's own version. A constant: the executable has no resources to read it from. */
final class Version {
  static final String TEXT = "0.1.0";

  private Version() {}
}
