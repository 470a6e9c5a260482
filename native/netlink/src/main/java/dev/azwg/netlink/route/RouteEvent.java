package dev.azwg.netlink.route;

/** What {@link RouteMonitor} tells: a change that the kernel has made, or that events were lost. */
public sealed interface RouteEvent {

  /** A link is new or has changed. */
  record LinkChanged(Link link) implements RouteEvent {}

  record LinkRemoved(Link link) implements RouteEvent {}

  record AddressChanged(Address address) implements RouteEvent {}

  record AddressRemoved(Address address) implements RouteEvent {}

  /** A route is new or has taken another's place. */
  record RouteChanged(Route route) implements RouteEvent {}

  record RouteRemoved(Route route) implements RouteEvent {}

  record RuleAdded(Rule rule) implements RouteEvent {}

  record RuleRemoved(Rule rule) implements RouteEvent {}

  /** Events were lost: the receiver has to list everything anew. */
  record Overrun() implements RouteEvent {}
}
