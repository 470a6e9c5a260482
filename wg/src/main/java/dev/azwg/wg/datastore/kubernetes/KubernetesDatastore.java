package dev.azwg.wg.datastore.kubernetes;

import dev.azwg.wg.datastore.Datastore;
import dev.azwg.wg.datastore.DatastoreException;
import dev.azwg.wg.datastore.DatastoreException.Reason;
import dev.azwg.wg.datastore.DatastoreSnapshot;
import dev.azwg.wg.datastore.NodeName;
import dev.azwg.wg.datastore.PeerRecordJson;
import dev.azwg.wg.mesh.PeerRecord;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * One {@link WireGuardPeer} per node. The informer lists and watches all of them, and gets over
 * whatever the server and the network do; what it knows stays in force while the server is away.
 * This node's own object is written by server-side apply and belongs to its Node, so that it goes
 * with it. The others' are checked, see {@link RecordCheck}.
 */
public final class KubernetesDatastore implements Datastore {
  /** The field manager of everything that is written. */
  static final String FIELD_MANAGER = "azwg-watcher";

  private final String node;
  private final ApiClient client;
  private final NodeObject nodeObject;
  private final RecordStore store;
  private final RecordWriter writer;
  private final RecordWatch watch;
  private final Optional<RecordChecker> checker;
  private volatile Runnable changed = () -> {};

  /**
   * How the records are read.
   *
   * @param watch when the watch is doubted
   * @param checks when records are checked; empty if they are not
   */
  record Reading(RecordWatch.Timing watch, Optional<CheckTiming> checks) {}

  private KubernetesDatastore(ApiServer server, String node, Reading reading) {
    this.node = node;
    client = ApiClient.of(server, FIELD_MANAGER);
    nodeObject = new NodeObject(client, node);
    store = new RecordStore(node, this::changed);
    checker =
        reading.checks().map(timing -> new RecordChecker(client, node, store, timing, this::tell));
    writer = RecordWriter.start(this::write);
    watch = RecordWatch.start(client, store, reading.watch(), this::changed);
    checker.ifPresent(each -> each.start(watch::isReadable));
  }

  /**
   * Begins to follow the records; does not wait for the server.
   *
   * @param node this node, the only one whose object is written
   * @param verify whether the other nodes' records are followed only as far as the platform bears
   *     them out
   * @throws DatastoreException if the credentials cannot be read
   */
  public static KubernetesDatastore open(ApiServer server, String node, boolean verify)
      throws DatastoreException {
    Optional<CheckTiming> checks = verify ? Optional.of(CheckTiming.STANDARD) : Optional.empty();
    return open(server, node, new Reading(RecordWatch.Timing.STANDARD, checks));
  }

  static KubernetesDatastore open(ApiServer server, String node, Reading reading)
      throws DatastoreException {
    if (!NodeName.isValid(node)) {
      throw new DatastoreException(Reason.UNAVAILABLE, node, "bad node name");
    }
    try {
      return new KubernetesDatastore(server, node, reading);
    } catch (KubernetesClientException e) {
      throw new DatastoreException(
          Reason.UNAVAILABLE, server.credentials().toString(), describe(e), e);
    }
  }

  @Override
  public boolean awaitReadable(Duration atMost) throws InterruptedException {
    long deadline = System.nanoTime() + atMost.toNanos();
    return watch.awaitReadable(atMost)
        && (checker.isEmpty()
            || checker.get().awaitReadable(Duration.ofNanos(deadline - System.nanoTime())));
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
    if (checker.isEmpty()) {
      return store.snapshot();
    }
    DatastoreSnapshot checked = checker.get().read();
    if (!checker.get().isReadable()) {
      String problem = checker.get().problem();
      throw new DatastoreException(
          Reason.UNAVAILABLE,
          client.getMasterUrl().toString(),
          problem.isEmpty() ? "the records have not been checked yet" : problem);
    }
    return checked;
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
    if (!unread.isEmpty()) {
      return "the records are not followed: " + unread;
    }
    String unchecked = checker.map(RecordChecker::problem).orElse("");
    return unchecked.isEmpty() ? "" : "records cannot be checked: " + unchecked;
  }

  @Override
  public int unproven() {
    return checker.map(RecordChecker::unproven).orElse(0);
  }

  @Override
  public void close() {
    writer.close();
    checker.ifPresent(RecordChecker::close);
    watch.close();
    client.close();
  }

  private void changed() {
    checker.ifPresent(RecordChecker::wake);
    tell();
  }

  private void tell() {
    changed.run();
  }

  private void write(PeerRecord record) throws DatastoreException {
    try {
      WireGuardPeer own = new WireGuardPeer();
      ObjectMeta metadata = new ObjectMeta();
      metadata.setName(node);
      metadata.setOwnerReferences(List.of(nodeObject.ownerReference(store.get(node) == null)));
      own.setMetadata(metadata);
      own.setSpec(new JsonText(PeerRecordJson.encodeSpec(record)));
      WireGuardPeer answer =
          client.resource(own).fieldManager(FIELD_MANAGER).forceConflicts().serverSideApply();
      store.wrote(answer, record);
    } catch (KubernetesClientException e) {
      throw new DatastoreException(Reason.NOT_PUBLISHED, node, describe(e), e);
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
