package dev.azwg.ipam.ledger;

import org.jspecify.annotations.Nullable;

/**
 * What CNI identifies an attachment by: CNI_CONTAINERID and CNI_IFNAME. Ordered by container ID,
 * then by interface name.
 *
 * @param containerId starts with a letter or digit, then letters, digits, '_', '.' and '-'
 * @param ifName what Linux takes as an interface name: 1 to 15 bytes, not "." or "..", without '/',
 *     ':' and white space
 */
public record AttachmentKey(String containerId, String ifName)
    implements Comparable<AttachmentKey> {
  /** Container IDs are 64 characters today; the spec has no bound, so this is ours. */
  public static final int MAX_CONTAINER_ID = 1024;

  private static final int MAX_IF_NAME_BYTES = 15; // IFNAMSIZ - 1

  /**
   * Checks the parts.
   *
   * @throws IllegalArgumentException if {@link #containerIdProblem} or {@link #ifNameProblem} has
   *     something to say
   */
  public AttachmentKey {
    String problem = containerIdProblem(containerId);
    if (problem == null) {
      problem = ifNameProblem(ifName);
    }
    if (problem != null) {
      throw new IllegalArgumentException(problem);
    }
  }

  /** What is wrong with a container ID (CNI spec, section 2), or null if it is well formed. */
  public static @Nullable String containerIdProblem(String containerId) {
    if (containerId.isEmpty()) {
      return "the container ID is empty";
    }
    if (containerId.length() > MAX_CONTAINER_ID) {
      return "the container ID has more than " + MAX_CONTAINER_ID + " characters";
    }
    for (int i = 0; i < containerId.length(); i++) {
      char c = containerId.charAt(i);
      boolean allowed = isAlphanumeric(c) || (i > 0 && (c == '_' || c == '.' || c == '-'));
      if (!allowed) {
        return "the container ID has a forbidden character at position " + (i + 1);
      }
    }
    return null;
  }

  /** What is wrong with an interface name (dev_valid_name() of Linux), or null if nothing is. */
  public static @Nullable String ifNameProblem(String ifName) {
    if (ifName.isEmpty()) {
      return "the interface name is empty";
    }
    if (ifName.equals(".") || ifName.equals("..")) {
      return "the interface name is \"" + ifName + "\"";
    }
    int bytes = 0;
    for (int i = 0; i < ifName.length(); i++) {
      char c = ifName.charAt(i);
      if (c == '/' || c == ':' || c <= ' ' || c == 0x7F || c == 0x85 || c == 0xA0) {
        return "the interface name has a forbidden character at position " + (i + 1);
      }
      if (Character.isSurrogate(c)) {
        bytes += 2; // Half of a pair that takes four.
      } else {
        bytes += c < 0x80 ? 1 : c < 0x800 ? 2 : 3;
      }
    }
    return bytes <= MAX_IF_NAME_BYTES
        ? null
        : "the interface name has more than " + MAX_IF_NAME_BYTES + " bytes";
  }

  @Override
  public int compareTo(AttachmentKey other) {
    int order = containerId.compareTo(other.containerId);
    return order != 0 ? order : ifName.compareTo(other.ifName);
  }

  /** {@code containerID/ifName}, for messages. */
  @Override
  public String toString() {
    return containerId + '/' + ifName;
  }

  static boolean isAlphanumeric(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  }
}
