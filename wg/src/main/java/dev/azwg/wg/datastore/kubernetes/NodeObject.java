package dev.azwg.wg.datastore.kubernetes;

import dev.azwg.wg.datastore.DatastoreException;
import dev.azwg.wg.datastore.DatastoreException.Reason;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.client.KubernetesClient;
import org.jspecify.annotations.Nullable;

/**
 * This node's Node, which owns its record: the garbage collector removes the one after the other.
 */
final class NodeObject {
  /** etcd takes objects of at most 1.5 MB by default. */
  private static final int MAXIMUM_BYTES = 2 * 1024 * 1024;

  private final KubernetesClient client;
  private final String name;
  private @Nullable String uid;

  NodeObject(KubernetesClient client, String name) {
    this.client = client;
    this.name = name;
  }

  /**
   * The reference that makes the Node the owner.
   *
   * @param anew whether to ask the server again: a Node that was deleted and came back is another
   * @throws DatastoreException if there is no such Node, or the server cannot be asked
   */
  OwnerReference reference(boolean anew) throws DatastoreException {
    String known = uid;
    if (known == null || anew) {
      known = readUid();
      uid = known;
    }
    OwnerReference owner = new OwnerReference();
    owner.setApiVersion("v1");
    owner.setKind("Node");
    owner.setName(name);
    owner.setUid(known);
    return owner;
  }

  private String readUid() throws DatastoreException {
    String path = "/api/v1/nodes/" + name;
    String document = client.raw(path);
    if (document == null) {
      throw new DatastoreException(Reason.NOT_PUBLISHED, path, "there is no such Node");
    }
    return PlatformJson.metadata(document, path, MAXIMUM_BYTES, "uid")
        .orElseThrow(() ->
            new DatastoreException(Reason.NOT_PUBLISHED, path, "is not a Node: no metadata.uid"));
  }
}
