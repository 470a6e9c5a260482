package dev.azwg.netlink.route;

/**
 * Ports from {@code first} to {@code last}, both included ({@code struct fib_rule_port_range}). The
 * kernel refuses 0 and 65535 at either end (fib_rule_port_range_valid).
 */
public record PortRange(int first, int last) {
  public PortRange {
    if (first < 1 || last < first || last >= 0xffff) {
      throw new IllegalArgumentException("ports " + first + " to " + last);
    }
  }

  /** A single port. */
  public static PortRange of(int port) {
    return new PortRange(port, port);
  }
}
