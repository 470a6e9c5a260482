package dev.azwg.deploy.policy;

import java.util.List;
import java.util.Optional;

/**
 * A ValidatingAdmissionPolicy (admissionregistration.k8s.io/v1), as far as azwg uses it.
 *
 * @param name the object's name
 * @param rules which requests it is about
 * @param conditions all must hold, or the request is passed over
 * @param variables what expressions refer to as {@code variables.NAME}, each seeing those before it
 * @param validations all must hold, or the request is refused
 */
record Policy(
    String name,
    List<Rule> rules,
    List<Named> conditions,
    List<Named> variables,
    List<Validation> validations) {

  /**
   * A resource rule. Resources are {@code PLURAL}, {@code PLURAL/SUBRESOURCE} or {@code PLURAL/*}.
   */
  record Rule(
      List<String> groups, List<String> versions, List<String> operations, List<String> resources) {

    boolean covers(String group, String version, String operation, String resource) {
      return groups.contains(group)
          && versions.contains(version)
          && operations.contains(operation)
          && resources.stream().anyMatch(pattern -> coversResource(pattern, resource));
    }

    private static boolean coversResource(String pattern, String resource) {
      return pattern.endsWith("/*")
          ? resource.startsWith(pattern.substring(0, pattern.length() - 1))
          : pattern.equals(resource);
    }
  }

  /** An expression with a name. */
  record Named(String name, String expression) {}

  /** What must hold, and what is said if it does not: a text, or an expression that gives one. */
  record Validation(
      String expression, Optional<String> message, Optional<String> messageExpression) {}
}
