package dev.azwg.wg.datastore;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Objects;

/**
 * How this node is, for whoever looks at the datastore.
 *
 * @param ready whether the node is served as it should be
 * @param problem why not; empty if it is
 * @param since when it became so, in whole seconds
 */
public record NodeCondition(boolean ready, String problem, Instant since) {
  /** As much as a reader of a list wants to see. */
  private static final int MAXIMUM_LENGTH = 1024;

  public NodeCondition {
    Objects.requireNonNull(since);
    since = since.truncatedTo(ChronoUnit.SECONDS);
    problem = problem.length() > MAXIMUM_LENGTH ? problem.substring(0, MAXIMUM_LENGTH) : problem;
  }

  /** Whether the two say the same about the node, but for the words. */
  public boolean isLike(NodeCondition other) {
    return ready == other.ready;
  }
}
