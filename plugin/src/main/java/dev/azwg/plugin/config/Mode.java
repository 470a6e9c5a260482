package dev.azwg.plugin.config;

/** What happens to traffic for which there is no working tunnel. */
public enum Mode {
  /** It goes unencrypted. ADD succeeds although the watcher has not published the address. */
  PERMISSIVE,
  /** It is refused. ADD fails until the watcher has published the address. */
  STRICT
}
