package dev.azwg.netlink.route;

/** One step of {@link RouteNetlink#apply}. */
public sealed interface RouteChange {
  Route route();

  /** Adds a route; EEXIST if there is one to the same prefix with the same priority. */
  record Add(Route route) implements RouteChange {}

  /** Adds a route, or puts it in the place of the one to the same prefix and priority. */
  record Replace(Route route) implements RouteChange {}

  /** Deletes exactly this route; ESRCH if there is none like it. */
  record Delete(Route route) implements RouteChange {}
}
