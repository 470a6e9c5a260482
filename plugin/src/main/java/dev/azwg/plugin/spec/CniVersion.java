package dev.azwg.plugin.spec;

import java.util.Optional;

/** The versions of the CNI specification that the plugin speaks, in order. */
public enum CniVersion {
  V0_1_0("0.1.0"),
  V0_2_0("0.2.0"),
  V0_3_0("0.3.0"),
  V0_3_1("0.3.1"),
  V0_4_0("0.4.0"),
  V1_0_0("1.0.0"),
  V1_1_0("1.1.0");

  /** What a configuration or a result without {@code cniVersion} is. */
  public static final CniVersion UNSTATED = V0_1_0;

  /** The newest one. */
  public static final CniVersion NEWEST = V1_1_0;

  private final String text;

  CniVersion(String text) {
    this.text = text;
  }

  /** The supported version with this text; empty for every other text. */
  public static Optional<CniVersion> of(String text) {
    for (CniVersion version : values()) {
      if (version.text.equals(text)) {
        return Optional.of(version);
      }
    }
    return Optional.empty();
  }

  /**
   * Whether a text has the form of a version: two or three decimal numbers. Such a text that is not
   * {@linkplain #of supported} is an incompatible version; any other text is not a version at all.
   */
  public static boolean isWellFormed(String text) {
    int numbers = 0;
    int digits = 0;
    for (int i = 0; i <= text.length(); i++) {
      char c = i == text.length() ? '.' : text.charAt(i);
      if (c == '.') {
        if (digits == 0) {
          return false;
        }
        numbers++;
        digits = 0;
      } else if (c >= '0' && c <= '9') {
        digits++;
      } else {
        return false;
      }
    }
    return numbers == 2 || numbers == 3;
  }

  /** Whether this is the given version or a later one. */
  public boolean isAtLeast(CniVersion other) {
    return compareTo(other) >= 0;
  }

  /** The text, as in {@code cniVersion}. */
  @Override
  public String toString() {
    return text;
  }
}
