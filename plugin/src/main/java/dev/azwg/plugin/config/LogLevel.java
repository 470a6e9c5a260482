package dev.azwg.plugin.config;

/** How much the plugin tells, from the least to the most. */
public enum LogLevel {
  ERROR,
  WARNING,
  INFO,
  DEBUG
}
