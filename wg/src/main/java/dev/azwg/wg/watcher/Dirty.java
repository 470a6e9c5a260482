package dev.azwg.wg.watcher;

/** What may have changed since the last reconciliation. */
public enum Dirty {
  /** The attachments on this node. */
  LEDGER,
  /** What the platform has given to this node. */
  POOL,
  /** The records of the nodes. */
  DATASTORE,
  /** What the kernel holds: devices, routes, rules. */
  KERNEL,
  /** Single routes of the WireGuard table, each with a notification that tells which. */
  ROUTES,
  /** The main table's routes to pods. */
  PODS,
  /** The handshakes of the device's peers. */
  HANDSHAKES,
  /** Parameters of the kernel that reverse path filtering depends on. */
  SYSCTLS,
  /** Our nftables table; the echo of our own change marks it too. */
  FIREWALL
}
