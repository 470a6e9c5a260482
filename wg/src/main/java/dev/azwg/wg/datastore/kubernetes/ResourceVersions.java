package dev.azwg.wg.datastore.kubernetes;

/**
 * The order of the resource versions of one kind: decimal numbers that grow, as Kubernetes has
 * promised since 1.35 (KEP-5504) and every version with etcd has kept.
 */
final class ResourceVersions {
  private ResourceVersions() {}

  static int compare(String one, String other) {
    return one.length() == other.length()
        ? one.compareTo(other)
        : Integer.compare(one.length(), other.length());
  }
}
