package dev.azwg.wg.datastore;

import dev.azwg.wg.mesh.PeerRecord;

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
   * Publishes this node's own record. When the call returns, every reader can see it.
   *
   * @throws DatastoreException if the record was not published
   */
  void publish(PeerRecord own) throws DatastoreException;

  /**
   * Takes this node's own record back; no effect if there is none.
   *
   * @throws DatastoreException if the record may still be there
   */
  void withdraw(String node) throws DatastoreException;

  @Override
  void close();
}
