package dev.azwg.wg.host;

/**
 * How packets are led into the tunnel, and kept out of it: the numbers that a node's rules, routes
 * and device have in common.
 *
 * @param table the number of the WireGuard table
 * @param priority of the rule that leads into the table; without host scope the two priorities
 *     below it are used too
 * @param fwmark what the device marks encrypted packets with: value and mask at once, so that only
 *     these bits of a packet's mark are looked at
 */
public record RoutingPolicy(int table, int priority, int fwmark) {
  /**
   * The table has the same number as the default port. The priority is ahead of main (32766) and of
   * what a node's own rules usually are. The mark is one bit that neither kube-proxy, Azure CNI nor
   * the common network policies use.
   */
  public static final RoutingPolicy STANDARD = new RoutingPolicy(51820, 99, 0x100000);

  /** Kubernetes' KUBE-MARK-MASQ, set before the routing decision. */
  public static final int KUBE_PROXY_MASQUERADE_MARK = 0x4000;

  /** Kubernetes' KUBE-MARK-DROP. */
  private static final int KUBE_PROXY_DROP_MARK = 0x8000;

  /** RT_TABLE_DEFAULT and RT_TABLE_LOCAL of linux/rtnetlink.h; RT_TABLE_MAIN is between them. */
  private static final int FIRST_RESERVED_TABLE = 253;

  private static final int LAST_RESERVED_TABLE = 255;

  /** The priority 0 is that of the local table, and two more may be needed below this one. */
  private static final int LOWEST_PRIORITY = 3;

  /** Ahead of main's. */
  private static final int HIGHEST_PRIORITY = 32765;

  public RoutingPolicy {
    requireTable(table);
    requirePriority(priority);
    requireFwmark(fwmark);
  }

  /**
   * Checks the number of a table.
   *
   * @throws IllegalArgumentException if no routes of ours may be in it
   */
  public static int requireTable(int table) {
    if (table <= 0 || (table >= FIRST_RESERVED_TABLE && table <= LAST_RESERVED_TABLE)) {
      throw new IllegalArgumentException(
          "is not a routing table of its own: 1 to "
              + Integer.MAX_VALUE
              + " without 253, 254 and 255");
    }
    return table;
  }

  /**
   * Checks the priority of the rule.
   *
   * @throws IllegalArgumentException if the rule would come after main's, or has no room below it
   */
  public static int requirePriority(int priority) {
    if (priority < LOWEST_PRIORITY || priority > HIGHEST_PRIORITY) {
      throw new IllegalArgumentException(
          "is not a rule's priority from " + LOWEST_PRIORITY + " to " + HIGHEST_PRIORITY);
    }
    return priority;
  }

  /**
   * Checks a mark.
   *
   * @throws IllegalArgumentException if it has no bits, or one that kube-proxy uses
   */
  public static int requireFwmark(int fwmark) {
    if (fwmark == 0) {
      throw new IllegalArgumentException("has no bit set");
    }
    if ((fwmark & (KUBE_PROXY_MASQUERADE_MARK | KUBE_PROXY_DROP_MARK)) != 0) {
      throw new IllegalArgumentException("has a bit that kube-proxy uses (0x4000, 0x8000)");
    }
    return fwmark;
  }
}
