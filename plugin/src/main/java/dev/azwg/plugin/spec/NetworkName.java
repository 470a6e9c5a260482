package dev.azwg.plugin.spec;

/** What the name of a network may look like. */
final class NetworkName {
  private NetworkName() {}

  /**
   * What is wrong with a name, or an empty text: it begins with an ASCII letter or digit, and goes
   * on with those and {@code _ . -} (specification, section 1).
   */
  static String flawOf(String name) {
    if (name.isEmpty()) {
      return "is empty";
    }
    if (!isAlphanumeric(name.charAt(0))) {
      return "must begin with a letter or a digit";
    }
    for (int i = 1; i < name.length(); i++) {
      char c = name.charAt(i);
      if (!isAlphanumeric(c) && c != '_' && c != '.' && c != '-') {
        return "may hold only letters, digits, '_', '.' and '-'";
      }
    }
    return "";
  }

  private static boolean isAlphanumeric(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  }
}
