package dev.azwg.wg.watcher;

import java.nio.file.Path;

/**
 * Where the daemon and the plugin keep their state on a node.
 *
 * @param root what all paths lie below: {@code /}, or a folder of its own for each of many nodes on
 *     one machine
 */
public record StatePaths(Path root) {
  /** Those of a node that has the machine to itself. */
  public static final StatePaths DEFAULT = new StatePaths(Path.of("/"));

  /** Gone after a reboot, as the pods are: the ledger, the local API's socket, the node's facts. */
  public Path stateDirectory() {
    return root.resolve("run/azwg");
  }

  /** The local API. */
  public Path socket() {
    return stateDirectory().resolve("watcher.sock");
  }

  /** Held by the running daemon, so that there is only one. */
  public Path lock() {
    return stateDirectory().resolve("watcher.lock");
  }

  /** Which peers of the device are this node's. */
  public Path ownPeers() {
    return stateDirectory().resolve("own-peers");
  }

  /** Survives a reboot. */
  public Path persistentDirectory() {
    return root.resolve("var/lib/azwg");
  }

  /** The node's private key. */
  public Path privateKey() {
    return persistentDirectory().resolve("private.key");
  }
}
