package dev.azwg.netlink.route;

/** What {@link RouteMonitor} tells: a change that the kernel has made, or that events were lost. */
public sealed interface RouteEvent {

  /** A link is new or has changed. */
  record LinkChanged(Link link) implements RouteEvent {}

  record LinkRemoved(Link link) implements RouteEvent {}

  record AddressChanged(Address address) implements RouteEvent {}

  record AddressRemoved(Address address) implements RouteEvent {}

  /**
   * A route is new or has taken another's place. IPv4 does not tell of the other one.
   *
   * @param portId {@link RouteNetlink#portId} of who asked for it, 0 if the kernel did it by itself
   */
  record RouteChanged(Route route, int portId) implements RouteEvent {}

  /**
   * A route is gone. IPv4 does not tell of routes that go with their link.
   *
   * @param portId {@link RouteNetlink#portId} of who asked for it, 0 if the kernel did it by itself
   */
  record RouteRemoved(Route route, int portId) implements RouteEvent {}

  record RuleAdded(Rule rule) implements RouteEvent {}

  record RuleRemoved(Rule rule) implements RouteEvent {}

  /** Parameters of an interface, or of all, have changed. */
  record NetconfChanged(Netconf netconf) implements RouteEvent {}

  /** Events were lost: the receiver has to list everything anew. */
  record Overrun() implements RouteEvent {}
}
