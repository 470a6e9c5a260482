package dev.azwg.deploy.policy;

import java.util.List;

/** What a policy says of a request. */
sealed interface Judgement {
  /** The policy is not about such requests. */
  record PassedOver() implements Judgement {}

  /** Everything holds. */
  record Admitted() implements Judgement {}

  /** Something does not hold, or could not be evaluated; what is told to the client, in order. */
  record Refused(List<String> messages) implements Judgement {}
}
