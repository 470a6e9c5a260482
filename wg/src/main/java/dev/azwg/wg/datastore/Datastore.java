package dev.azwg.wg.datastore;

import dev.azwg.wg.mesh.PeerRecord;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/**
 * Where the nodes publish their records. Reading is level-triggered: a watcher is told only that
 * something may have changed, and reads the whole state, which an implementation keeps at hand so
 * that the cost of a read follows the change.
 */
public interface Datastore extends AutoCloseable {
  /**
   * Every record, with a revision that is equal exactly when nothing has changed.
   *
   * @throws DatastoreException if the records cannot be read completely; nothing may be concluded
   *     from what is then missing
   */
  DatastoreSnapshot read() throws DatastoreException;

  /**
   * Calls {@code changed} after every change that a later {@link #read} would show, from a thread
   * of the datastore's own. It may be called too often, never too rarely.
   *
   * @throws DatastoreException if changes cannot be followed
   */
  void watch(Runnable changed) throws DatastoreException;

  /**
   * Publishes this node's own record, now or, where that takes a server, as soon as it can be had.
   * A record that is not out yet gives way to a newer one.
   *
   * @return completes when every reader can see this record or a newer one; completes exceptionally
   *     when an attempt has failed that is repeated without being asked to
   * @throws DatastoreException if the record was not published and will not be
   */
  CompletableFuture<Void> publish(PeerRecord own) throws DatastoreException;

  /**
   * Takes this node's own record back; no effect if there is none.
   *
   * @throws DatastoreException if the record may still be there
   */
  void withdraw(String node) throws DatastoreException;

  /**
   * Waits until the first {@link #read} can succeed.
   *
   * @return whether it can; if not, the time is over
   */
  default boolean awaitReadable(Duration atMost) throws InterruptedException {
    return true;
  }

  /** Says how this node is, as soon as it can be said; datastores without a place for it do not. */
  default void report(NodeCondition condition) {
    // Nowhere to say it.
  }

  /** What keeps records from being read or published at the moment; empty if nothing does. */
  default String problem() {
    return "";
  }

  /** How many claims are followed although the datastore's platform does not bear them out. */
  default int unproven() {
    return 0;
  }

  @Override
  void close();
}
