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
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * One {@link WireGuardPeer} per node. The informer lists and watches all of them, and gets over
 * whatever the server and the network do; what it knows stays in force while the server is away.
 * This node's own object is written by server-side apply and belongs to its Node, so that it goes
 * with it. The others' are checked, see {@link RecordCheck}.
 */
public final class KubernetesDatastore implements Datastore {
  /** The field manager of the record. */
  static final String FIELD_MANAGER = "azwg-watcher";

  private final String node;
  private final ApiClient client;
  private final BoundedCalls calls;
  private final RecordStore store;
  private final OwnObject own;
  private final CoalescingWriter<PeerRecord> writer;
  private final CoalescingWriter<NodeCondition> conditionWriter;
  private final RecordWatch watch;
  private final Optional<RecordChecker> checker;
  private volatile Runnable changed = () -> {};
  private @Nullable NodeCondition reported;

  /**
   * How the records are read.
   *
   * @param watch when the watch is doubted
   * @param farewell how long a record holds whose object was deleted; more than what a node takes
   *     to write it again when the first attempts fail
   * @param longestCall when an answer that does not end is given up
   * @param checks when records are checked; empty if they are not
   */
  record Reading(
      RecordWatch.Timing watch,
      Duration farewell,
      Duration longestCall,
      Optional<CheckTiming> checks) {
    static Reading standard(boolean verify) {
      return new Reading(
          RecordWatch.Timing.STANDARD,
          Duration.ofMinutes(1),
          Duration.ofSeconds(30),
          verify ? Optional.of(CheckTiming.STANDARD) : Optional.empty());
    }
  }

  private KubernetesDatastore(ApiClient client, String node, Reading reading) {
    this.node = node;
    this.client = client;
    calls = new BoundedCalls(reading.longestCall());
    store = new RecordStore(node, reading.farewell(), this::changed);
    own = new OwnObject(node, client, calls, store);
    checker =
        reading
            .checks()
            .map(timing -> new RecordChecker(client, calls, node, store, timing, this::tell));
    writer = CoalescingWriter.start("record-writer", this::write);
    conditionWriter = CoalescingWriter.start("condition-writer", own::write);
    watch = RecordWatch.start(client, calls, store, reading.watch(), this::changed);
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
    return open(server, node, Reading.standard(verify));
  }

  static KubernetesDatastore open(ApiServer server, String node, Reading reading)
      throws DatastoreException {
    if (!NodeName.isValid(node)) {
      throw new DatastoreException(Reason.UNAVAILABLE, node, "bad node name");
    }
    ApiClient client;
    try {
      client = ApiClient.of(server, FIELD_MANAGER);
    } catch (KubernetesClientException e) {
      throw new DatastoreException(
          Reason.UNAVAILABLE, server.credentials().toString(), describe(e), e);
    }
    return new KubernetesDatastore(client, node, reading);
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
      throw unavailable(watch.problem(), "the records have not been listed yet");
    }
    if (checker.isEmpty()) {
      return store.snapshot();
    }
    DatastoreSnapshot checked = checker.get().read();
    if (!checker.get().isReadable()) {
      throw unavailable(checker.get().problem(), "the records have not been checked yet");
    }
    return checked;
  }

  @Override
  public void watch(Runnable listener) {
    changed = listener;
    listener.run();
  }

  @Override
  public CompletableFuture<Void> publish(PeerRecord record) throws DatastoreException {
    if (!record.node().equals(node)) {
      throw new DatastoreException(Reason.NOT_PUBLISHED, record.node(), "is not this node");
    }
    PeerRecordJson.requireReadable(record, node);
    return writer.submit(record);
  }

  @Override
  public void report(NodeCondition condition) {
    synchronized (conditionWriter) {
      NodeCondition before = reported;
      if (before == null || !condition.isLike(before)) {
        reported = condition;
        var _ = conditionWriter.submit(condition);
      }
    }
  }

  /** Nothing of this node is written any more after that. */
  @Override
  public void withdraw(String name) throws DatastoreException {
    if (!name.equals(node)) {
      throw new DatastoreException(Reason.NOT_PUBLISHED, name, "is not this node");
    }
    writer.close();
    conditionWriter.close();
    own.delete();
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
    conditionWriter.close();
    checker.ifPresent(RecordChecker::close);
    watch.close();
    calls.close();
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
    if (own.write(record)) {
      // A new object has no status yet.
      synchronized (conditionWriter) {
        NodeCondition condition = reported;
        if (condition != null) {
          var _ = conditionWriter.submit(condition);
        }
      }
    }
  }

  private DatastoreException unavailable(String problem, String otherwise) {
    return new DatastoreException(
        Reason.UNAVAILABLE,
        client.getMasterUrl().toString(),
        problem.isEmpty() ? otherwise : problem);
  }

  /**
   * What the server said, or the innermost reason: what is around it says that something failed.
   */
  static String describe(Throwable failure) {
    Throwable innermost = failure;
    for (int depth = 0; depth < 16; depth++) {
      if (innermost instanceof KubernetesClientException answer
          && answer.getStatus() != null
          && answer.getStatus().getMessage() != null) {
        return answer.getStatus().getMessage();
      }
      Throwable cause = innermost.getCause();
      if (cause == null) {
        break;
      }
      innermost = cause;
    }
    String message = innermost.getMessage();
    return message == null || message.isEmpty() ? innermost.getClass().getSimpleName() : message;
  }
}
