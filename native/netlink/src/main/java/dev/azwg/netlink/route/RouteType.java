package dev.azwg.netlink.route;

import org.jspecify.annotations.Nullable;

/** What happens to a packet that a route matches; {@code RTN_} values, in the kernel's order. */
public enum RouteType {
  UNSPEC(0),
  /** Sent to the gateway or out of the interface. */
  UNICAST(1),
  LOCAL(2),
  BROADCAST(3),
  ANYCAST(4),
  MULTICAST(5),
  /** Dropped without a word. */
  BLACKHOLE(6),
  /** Refused with ICMP "unreachable". */
  UNREACHABLE(7),
  /** Refused with ICMP "administratively prohibited". */
  PROHIBIT(8),
  /** Looked up further, in the table of the next rule. */
  THROW(9),
  NAT(10),
  XRESOLVE(11);

  private static final RouteType[] BY_NUMBER = values();

  private final int number;

  RouteType(int number) {
    this.number = number;
  }

  /** The {@code RTN_} value. */
  public int number() {
    return number;
  }

  /** Whether a route of this type has no interface and no gateway. */
  public boolean isWithoutNextHop() {
    return switch (this) {
      case BLACKHOLE, UNREACHABLE, PROHIBIT, THROW -> true;
      default -> false;
    };
  }

  static @Nullable RouteType ofNumber(int number) {
    return number < BY_NUMBER.length ? BY_NUMBER[number] : null;
  }
}
