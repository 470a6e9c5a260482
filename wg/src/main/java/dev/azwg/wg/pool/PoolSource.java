package dev.azwg.wg.pool;

import dev.azwg.ipam.pool.AddressPool;
import dev.azwg.ipam.pool.PoolException;
import java.net.InetAddress;
import java.util.List;

/**
 * What says which addresses the platform has given to this node. Reading is level-triggered: a
 * watcher is told only that something may have changed, and reads the whole pool.
 */
public interface PoolSource extends AutoCloseable {
  /** What to call the source in a report. */
  String name();

  /**
   * The pool as it is now.
   *
   * @param nodeAddresses the node's own addresses, which are no pod's
   * @throws PoolException if it cannot be had; what was read before still holds then
   */
  AddressPool read(List<InetAddress> nodeAddresses) throws PoolException;

  /**
   * Calls {@code changed} after every change that a later {@link #read} would show, from a thread
   * of the source's own, until it is closed. It may be called too often, never too rarely.
   *
   * @throws PoolException if changes cannot be followed
   */
  void watch(Runnable changed) throws PoolException;

  /** Whether the first answer takes a while, as one of a server does. */
  default boolean answersLater() {
    return false;
  }

  @Override
  void close();
}
