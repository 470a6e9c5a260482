package dev.azwg.deploy.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.TestInstance;

/**
 * What the tests of one policy have in common. After the last of them every expression of the
 * policy must have been evaluated, with more than one result: a validation has held and has not, a
 * message was made for more than one request.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class PolicyTest {
  static final Path MANIFESTS = Path.of("../admission");

  private final Coverage coverage = new Coverage();
  private final CompiledPolicy policy;

  PolicyTest(String file) throws Exception {
    policy = new CompiledPolicy(PolicyYaml.policy(MANIFESTS.resolve(file)), coverage);
  }

  @AfterAll
  void everyExpressionHasMadeADifference() {
    assertEquals(List.of(), coverage.gaps());
  }

  void assertAdmitted(AdmissionRequest request) {
    assertEquals(new Judgement.Admitted(), policy.judge(request));
  }

  void assertPassedOver(AdmissionRequest request) {
    assertEquals(new Judgement.PassedOver(), policy.judge(request));
  }

  /** Refused for this reason and no other, so that each validation is shown to be needed. */
  void assertRefused(String message, AdmissionRequest request) {
    assertEquals(new Judgement.Refused(List.of(message)), policy.judge(request));
  }

  /** Refused for these reasons, in this order. */
  void assertRefusedAll(AdmissionRequest request, String... messages) {
    assertEquals(new Judgement.Refused(List.of(messages)), policy.judge(request));
  }

  /** Refused because of something that cannot be evaluated. */
  void assertFails(String part, AdmissionRequest request) {
    Judgement judgement = policy.judge(request);
    Judgement.Refused refused = assertInstanceOf(Judgement.Refused.class, judgement);
    assertEquals(1, refused.messages().size(), judgement.toString());
    String message = refused.messages().getFirst();
    assertTrue(message.toLowerCase(Locale.ROOT).contains(part), message);
  }
}
