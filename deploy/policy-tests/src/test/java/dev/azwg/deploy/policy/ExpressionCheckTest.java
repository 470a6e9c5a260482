package dev.azwg.deploy.policy;

import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.azwg.deploy.policy.Policy.Named;
import dev.azwg.deploy.policy.Policy.Validation;
import dev.cel.common.CelValidationException;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Mistakes that the API server would refuse when the policy is made are refused by the test too.
 */
class ExpressionCheckTest {
  private static CompiledPolicy compile(String condition, String validation) throws Exception {
    return new CompiledPolicy(
        new Policy(
            "test",
            List.of(),
            List.of(new Named("condition", condition)),
            List.of(new Named("name", "request.name")),
            List.of(new Validation(validation, Optional.of("message"), Optional.empty()))),
        new Coverage());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "request.userInfo.user == 'a'",
        "request.userInfo.extra['key'] == 'a text, not a list'",
        "request.operation == 1",
        "objekt.metadata.name == 'a'",
        "variables.nothing == 'a'",
        "ip('10.0.0.1').isLoopback()",
        "object.metadata.name =="
      })
  void anExpressionThatIsWrongIsRefused(String expression) {
    assertThrows(CelValidationException.class, () -> compile("true", expression));
  }

  @Test
  void aConditionComesBeforeTheVariables() throws Exception {
    compile("request.name == 'a'", "variables.name == 'a'");
    assertThrows(CelValidationException.class, () -> compile("variables.name == 'a'", "true"));
  }

  @Test
  void aValidationIsTrueOrFalse() {
    assertThrows(IllegalArgumentException.class, () -> compile("true", "request.name"));
    assertThrows(IllegalArgumentException.class, () -> compile("true", "object.spec.hostScope"));
  }
}
