package dev.azwg.wg.datastore.kubernetes;

import dev.azwg.wg.datastore.Datastore;
import dev.azwg.wg.datastore.DatastoreException;
import dev.azwg.wg.datastore.DatastoreException.Reason;
import dev.azwg.wg.datastore.DatastoreSnapshot;
import dev.azwg.wg.datastore.NodeCondition;
import dev.azwg.wg.datastore.NodeName;
import dev.azwg.wg.datastore.PeerRecordJson;
import dev.azwg.wg.mesh.PeerRecord;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * One {@link WireGuardPeer} per node. The informer lists and watches all of them, and gets over
 * whatever the server and the network do; what it knows stays in force while the server is away.
 * This node's own object is written by server-side apply and belongs to its Node, so that it goes
 * with it.
 */
public final class KubernetesDatastore implements Datastore {
  /** The field manager of everything that is written. */
  static final String FIELD_MANAGER = "azwg-watcher";

  private static final PatchContext APPLY =
      new PatchContext.Builder()
          .withPatchType(PatchType.SERVER_SIDE_APPLY)
          .withFieldManager(FIELD_MANAGER)
          .withForce(true)
          .build();

  private final String node;
  private final ApiClient client;
  private final NodeObject nodeObject;
  private final RecordStore store;
  private final CoalescingWriter<PeerRecord> writer;
  private final CoalescingWriter<NodeCondition> conditionWriter;
  private final RecordWatch watch;
  private volatile Runnable changed = () -> {};
  private volatile @Nullable NodeCondition reported;

  private KubernetesDatastore(ApiServer server, String node, RecordWatch.Timing timing) {
    this.node = node;
    client = ApiClient.of(server, FIELD_MANAGER);
    nodeObject = new NodeObject(client, node);
    store = new RecordStore(node, this::changed);
    writer = CoalescingWriter.start("record-writer", this::write);
    conditionWriter = CoalescingWriter.start("condition-writer", this::write);
    watch = RecordWatch.start(client, store, timing, this::changed);
  }

  /**
   * Begins to follow the records; does not wait for the server.
   *
   * @param node this node, the only one whose object is written
   * @throws DatastoreException if the credentials cannot be read
   */
  public static KubernetesDatastore open(ApiServer server, String node) throws DatastoreException {
    return open(server, node, RecordWatch.Timing.STANDARD);
  }

  static KubernetesDatastore open(ApiServer server, String node, RecordWatch.Timing timing)
      throws DatastoreException {
    if (!NodeName.isValid(node)) {
      throw new DatastoreException(Reason.UNAVAILABLE, node, "bad node name");
    }
    try {
      return new KubernetesDatastore(server, node, timing);
    } catch (KubernetesClientException e) {
      throw new DatastoreException(
          Reason.UNAVAILABLE, server.credentials().toString(), describe(e), e);
    }
  }

  @Override
  public boolean awaitReadable(Duration atMost) throws InterruptedException {
    return watch.awaitReadable(atMost);
  }

  @Override
  public DatastoreSnapshot read() throws DatastoreException {
    if (!watch.isReadable()) {
      String problem = watch.problem();
      throw new DatastoreException(
          Reason.UNAVAILABLE,
          client.getMasterUrl().toString(),
          problem.isEmpty() ? "the records have not been listed yet" : problem);
    }
    return store.snapshot();
  }

  @Override
  public void watch(Runnable listener) {
    changed = listener;
    listener.run();
  }

  @Override
  public CompletableFuture<Void> publish(PeerRecord own) throws DatastoreException {
    if (!own.node().equals(node)) {
      throw new DatastoreException(Reason.NOT_PUBLISHED, own.node(), "is not this node");
    }
    PeerRecordJson.requireReadable(own, node);
    return writer.submit(own);
  }

  @Override
  public void report(NodeCondition condition) {
    NodeCondition before = reported;
    if (before == null || !condition.isLike(before)) {
      reported = condition;
      var _ = conditionWriter.submit(condition);
    }
  }

  @Override
  public void withdraw(String name) throws DatastoreException {
    try {
      client.resources(WireGuardPeer.class).withName(name).delete();
    } catch (KubernetesClientException e) {
      throw new DatastoreException(Reason.NOT_PUBLISHED, name, describe(e), e);
    }
  }

  @Override
  public String problem() {
    String unwritten = writer.problem();
    if (!unwritten.isEmpty()) {
      return "the own record cannot be written: " + unwritten;
    }
    String unread = watch.problem();
    return unread.isEmpty() ? "" : "the records are not followed: " + unread;
  }

  @Override
  public void close() {
    writer.close();
    conditionWriter.close();
    watch.close();
    client.close();
  }

  private void changed() {
    changed.run();
  }

  private void write(PeerRecord record) throws DatastoreException {
    try {
      WireGuardPeer own = WireGuardPeer.named(node);
      own.getMetadata()
          .setOwnerReferences(List.of(nodeObject.ownerReference(store.get(node) == null)));
      own.setSpec(new JsonText(PeerRecordJson.encodeSpec(record)));
      WireGuardPeer answer =
          client.resource(own).fieldManager(FIELD_MANAGER).forceConflicts().serverSideApply();
      store.wrote(answer, record);
    } catch (KubernetesClientException e) {
      throw new DatastoreException(Reason.NOT_PUBLISHED, node, describe(e), e);
    }
  }

  /** Only after the record: a status is of an object. */
  private void write(NodeCondition condition) throws DatastoreException {
    if (store.get(node) == null) {
      throw new DatastoreException(Reason.NOT_PUBLISHED, node, "has no record yet");
    }
    try {
      WireGuardPeer own = WireGuardPeer.named(node);
      own.setStatus(new JsonText(ConditionJson.encode(condition)));
      var _ = client.resource(own).subresource("status").patch(APPLY);
    } catch (KubernetesClientException e) {
      throw new DatastoreException(Reason.NOT_PUBLISHED, node + "/status", describe(e), e);
    }
  }

  /** The innermost reason: what the client wraps around it only says that something failed. */
  static String describe(Throwable failure) {
    Throwable innermost = failure;
    for (int depth = 0; innermost.getCause() != null && depth < 16; depth++) {
      innermost = innermost.getCause();
    }
    String message = innermost.getMessage();
    return message == null || message.isEmpty() ? innermost.getClass().getSimpleName() : message;
  }
}
