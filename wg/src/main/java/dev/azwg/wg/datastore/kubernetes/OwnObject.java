package dev.azwg.wg.datastore.kubernetes;

import dev.azwg.wg.datastore.DatastoreException;
import dev.azwg.wg.datastore.DatastoreException.Reason;
import dev.azwg.wg.datastore.NodeCondition;
import dev.azwg.wg.datastore.PeerRecordJson;
import dev.azwg.wg.mesh.PeerRecord;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * This node's object, written by server-side apply. Each apply names every field that there is: one
 * that was left out would stay as it is where somebody else has named it too.
 */
final class OwnObject {
  private static final String STATUS = "status";

  private final String node;
  private final ApiClient client;
  private final BoundedCalls calls;
  private final NodeObject owner;
  private final RecordStore store;

  /** Which object the last record was written to. */
  private @Nullable String uid;

  OwnObject(String node, ApiClient client, BoundedCalls calls, RecordStore store) {
    this.node = node;
    this.client = client;
    this.calls = calls;
    this.owner = new NodeObject(client, node);
    this.store = store;
  }

  /**
   * Writes the record.
   *
   * @return whether it is in another object than the last one was
   * @throws DatastoreException if the server did not take it, or keeps something else
   */
  boolean write(PeerRecord record) throws DatastoreException {
    WireGuardPeer answer = calls.call(node, () -> apply(record));
    JsonText kept = answer.getSpec();
    if (kept == null || !PeerRecordJson.decodeSpec(kept.bytes(), node, node).equals(record)) {
      throw new DatastoreException(
          Reason.NOT_PUBLISHED, node, "the server keeps something else than it was given");
    }
    store.wrote(answer, record);
    String written = answer.getMetadata().getUid();
    boolean another = !written.equals(uid);
    uid = written;
    return another;
  }

  /**
   * Writes the status.
   *
   * @throws DatastoreException if there is no object yet, or the server did not take it
   */
  void write(NodeCondition condition) throws DatastoreException {
    if (store.get(node) == null) {
      throw new DatastoreException(Reason.NOT_PUBLISHED, node, "has no record yet");
    }
    var _ = calls.call(node + "/" + STATUS, () -> apply(condition));
  }

  /**
   * Deletes the object; no effect if there is none.
   *
   * @throws DatastoreException if it may still be there
   */
  void delete() throws DatastoreException {
    var _ = calls.call(node, () -> client.resources(WireGuardPeer.class).withName(node).delete());
  }

  private WireGuardPeer apply(PeerRecord record) throws DatastoreException {
    WireGuardPeer own = WireGuardPeer.named(node);
    own.getMetadata().setOwnerReferences(List.of(owner.reference(store.get(node) == null)));
    own.setSpec(new JsonText(PeerRecordJson.encodeSpec(record)));
    try {
      return client
          .resource(own)
          .fieldManager(KubernetesDatastore.FIELD_MANAGER)
          .forceConflicts()
          .serverSideApply();
    } catch (KubernetesClientException e) {
      throw new DatastoreException(Reason.NOT_PUBLISHED, node, KubernetesDatastore.describe(e), e);
    }
  }

  /**
   * As a manager of its own: servers before 1.22 do not tell what a manager has applied to the
   * status from what it has applied to the object, and would take the spec from it.
   */
  private WireGuardPeer apply(NodeCondition condition) {
    WireGuardPeer own = WireGuardPeer.named(node);
    own.setStatus(new JsonText(ConditionJson.encode(condition)));
    return client
        .resource(own)
        .subresource(STATUS)
        .patch(
            new PatchContext.Builder()
                .withPatchType(PatchType.SERVER_SIDE_APPLY)
                .withFieldManager(KubernetesDatastore.FIELD_MANAGER + "-" + STATUS)
                .withForce(true)
                .build());
  }
}
