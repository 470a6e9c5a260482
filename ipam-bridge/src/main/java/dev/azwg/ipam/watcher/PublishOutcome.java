package dev.azwg.ipam.watcher;

/** What became of a {@link WatcherRequest.Changed}. */
public sealed interface PublishOutcome {
  /** The node's record in the datastore agrees with the ledger. */
  record Published() implements PublishOutcome {}

  /** The watcher answered that it could not publish, or not yet. */
  record NotPublished(String reason) implements PublishOutcome {}

  /** There was no valid answer in time. */
  record Unreachable(String reason) implements PublishOutcome {}
}
