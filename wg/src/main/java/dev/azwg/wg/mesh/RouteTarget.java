package dev.azwg.wg.mesh;

/** Where the WireGuard table sends a prefix. */
public enum RouteTarget {
  /** Into the tunnel. */
  DEVICE,
  /** On to the next rule, as if the table had no route: local pods, and nodes without a tunnel. */
  THROW,
  /** Nowhere: what strict mode refuses to send in the clear. */
  UNREACHABLE
}
