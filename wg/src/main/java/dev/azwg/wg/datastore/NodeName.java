package dev.azwg.wg.datastore;

/** The names that Kubernetes allows for a Node: RFC 1123 subdomains. */
public final class NodeName {
  private static final int MAXIMUM_LENGTH = 253;

  private NodeName() {}

  /**
   * Whether {@code name} is a valid node name: 1 to 253 lower-case letters, digits, '-' and '.',
   * each label beginning and ending with a letter or digit. Such a name is also a safe file name.
   */
  public static boolean isValid(String name) {
    if (name.isEmpty() || name.length() > MAXIMUM_LENGTH) {
      return false;
    }
    char previous = '.';
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      boolean alphanumeric = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
      if (!alphanumeric && (previous == '.' || (c != '-' && (c != '.' || previous == '-')))) {
        return false;
      }
      previous = c;
    }
    return previous != '.' && previous != '-';
  }
}
