package dev.azwg.deploy.policy;

import dev.azwg.deploy.policy.Policy.Named;
import dev.azwg.deploy.policy.Policy.Rule;
import dev.azwg.deploy.policy.Policy.Validation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/**
 * Reads policies from YAML. A member that is not known here is refused: it would be part of a
 * policy and not of its test.
 */
final class PolicyYaml {
  private PolicyYaml() {}

  /** Every document of a file. */
  static List<Map<?, ?>> documents(Path file) throws IOException {
    Load load = new Load(LoadSettings.builder().setAllowDuplicateKeys(false).build());
    List<Map<?, ?>> documents = new ArrayList<>();
    for (Object document : load.loadAllFromString(Files.readString(file))) {
      documents.add((Map<?, ?>) document);
    }
    return documents;
  }

  /** The one policy of a file. */
  static Policy policy(Path file) throws IOException {
    List<Policy> policies = new ArrayList<>();
    for (Map<?, ?> document : documents(file)) {
      if ("ValidatingAdmissionPolicy".equals(document.get("kind"))) {
        policies.add(read(document));
      }
    }
    if (policies.size() != 1) {
      throw new IllegalArgumentException(file + " has " + policies.size() + " policies");
    }
    return policies.getFirst();
  }

  private static Policy read(Map<?, ?> document) {
    require("admissionregistration.k8s.io/v1".equals(document.get("apiVersion")), "apiVersion");
    Map<?, ?> spec = map(document, "spec");
    known(
        spec,
        Set.of("failurePolicy", "matchConstraints", "matchConditions", "variables", "validations"));
    require("Fail".equals(spec.get("failurePolicy")), "failurePolicy");
    Map<?, ?> constraints = map(spec, "matchConstraints");
    known(constraints, Set.of("resourceRules", "matchPolicy"));
    require("Equivalent".equals(constraints.get("matchPolicy")), "matchPolicy");
    return new Policy(
        text(map(document, "metadata"), "name"),
        list(constraints, "resourceRules", PolicyYaml::rule),
        list(spec, "matchConditions", PolicyYaml::named),
        list(spec, "variables", PolicyYaml::named),
        list(spec, "validations", PolicyYaml::validation));
  }

  private static Rule rule(Map<?, ?> from) {
    known(from, Set.of("apiGroups", "apiVersions", "operations", "resources"));
    return new Rule(
        texts(from, "apiGroups"),
        texts(from, "apiVersions"),
        texts(from, "operations"),
        texts(from, "resources"));
  }

  private static Named named(Map<?, ?> from) {
    known(from, Set.of("name", "expression"));
    return new Named(text(from, "name"), text(from, "expression"));
  }

  private static Validation validation(Map<?, ?> from) {
    known(from, Set.of("expression", "message", "messageExpression", "reason"));
    return new Validation(
        text(from, "expression"), optional(from, "message"), optional(from, "messageExpression"));
  }

  private static <T> List<T> list(Map<?, ?> from, String member, Function<Map<?, ?>, T> element) {
    List<T> result = new ArrayList<>();
    for (Object each : (List<?>) value(from, member)) {
      result.add(element.apply((Map<?, ?>) each));
    }
    return result;
  }

  private static List<String> texts(Map<?, ?> from, String member) {
    List<String> result = new ArrayList<>();
    for (Object each : (List<?>) value(from, member)) {
      result.add((String) each);
    }
    return result;
  }

  private static String text(Map<?, ?> from, String member) {
    return (String) value(from, member);
  }

  private static Map<?, ?> map(Map<?, ?> from, String member) {
    return (Map<?, ?>) value(from, member);
  }

  private static Object value(Map<?, ?> from, String member) {
    Object value = from.get(member);
    if (value == null) {
      throw new IllegalArgumentException("no " + member + " in " + from);
    }
    return value;
  }

  private static Optional<String> optional(Map<?, ?> from, String member) {
    return Optional.ofNullable((String) from.get(member));
  }

  private static void known(Map<?, ?> map, Set<String> members) {
    require(members.containsAll(map.keySet()), "one of " + map.keySet());
  }

  private static void require(boolean holds, String what) {
    if (!holds) {
      throw new IllegalArgumentException("this test does not know such a value of " + what);
    }
  }
}
