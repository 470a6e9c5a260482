package dev.azwg.wg.datastore.kubernetes;

import dev.azwg.wg.mesh.Claim;
import dev.azwg.wg.mesh.PeerRecord;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * What a check of a record against the platform came to.
 *
 * @param followed the record without what is refused; empty if nothing of it may be followed
 * @param refusals what is refused
 * @param unproven claims that are followed although nothing says that the node has them: where the
 *     platform says nothing, nothing can be refused either
 */
record Verdict(Optional<PeerRecord> followed, List<Refusal> refusals, List<Claim> unproven) {
  Verdict {
    Objects.requireNonNull(followed);
    refusals = List.copyOf(refusals);
    unproven = List.copyOf(unproven);
  }

  /** Whether everything that the record says may be followed. */
  boolean isClean() {
    return followed.isPresent() && refusals.isEmpty();
  }

  /**
   * Something that is not followed.
   *
   * @param node the node whose record says it
   * @param subject the address or range, or the node
   */
  record Refusal(String node, String subject, Reason reason) {
    Refusal {
      Objects.requireNonNull(node);
      Objects.requireNonNull(subject);
      Objects.requireNonNull(reason);
    }

    @Override
    public String toString() {
      return subject + " " + reason.text;
    }
  }

  /** Why something is refused. */
  enum Reason {
    NO_NODE("has no Node, or one that cannot be read: nothing of its record is followed"),
    ENDPOINT("is an endpoint at an address that its Node does not have"),
    NODE_ADDRESS("is not an address of its Node"),
    NO_ENDPOINT("has no endpoint left: nothing of its record is followed"),
    TOO_WIDE("is wider than any node's range"),
    NOT_GIVEN("is claimed, but Azure has not given it to this node, and none of its pods has it");

    private final String text;

    Reason(String text) {
      this.text = text;
    }
  }
}
