package dev.azwg.netlink.route;

/** What {@link RouteMonitor} can be told of: {@code RTNLGRP_} of linux/rtnetlink.h. */
public enum RouteGroup {
  LINK(1),
  IPV4_ADDRESS(5),
  IPV4_ROUTE(7),
  IPV4_RULE(8),
  IPV6_ADDRESS(9),
  IPV6_ROUTE(11),
  IPV6_RULE(19),
  IPV4_NETCONF(24);

  private final int number;

  RouteGroup(int number) {
    this.number = number;
  }

  int number() {
    return number;
  }
}
