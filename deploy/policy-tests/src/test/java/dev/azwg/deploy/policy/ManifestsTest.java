package dev.azwg.deploy.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The manifests fit each other. */
class ManifestsTest {
  private static final Path DEPLOY = Path.of("..");

  private static List<Map<?, ?>> documents(String... files) throws IOException {
    List<Map<?, ?>> documents = new ArrayList<>();
    for (String file : files) {
      documents.addAll(PolicyYaml.documents(DEPLOY.resolve(file)));
    }
    return documents;
  }

  private static Set<String> texts(List<Map<?, ?>> documents, String kind, String... path) {
    Set<String> found = new TreeSet<>();
    for (Map<?, ?> document : documents) {
      if (kind.equals(document.get("kind"))) {
        Object at = document;
        for (String name : path) {
          at = at instanceof Map<?, ?> map ? map.get(name) : null;
        }
        found.add(String.valueOf(at));
      }
    }
    return found;
  }

  /** A policy without a binding does nothing, one without a test is a guess. */
  @Test
  void everyPolicyIsBoundAndTested() throws IOException {
    Set<String> files = new TreeSet<>();
    try (Stream<Path> paths = Files.list(DEPLOY.resolve("admission"))) {
      paths.forEach(path -> files.add(path.getFileName().toString()));
    }
    assertEquals(Set.of("kustomization.yaml", "own-record.yaml", "record-content.yaml"), files);
    for (String file : List.of("admission/own-record.yaml", "admission/record-content.yaml")) {
      List<Map<?, ?>> documents = documents(file);
      assertEquals(
          texts(documents, "ValidatingAdmissionPolicy", "metadata", "name"),
          texts(documents, "ValidatingAdmissionPolicyBinding", "spec", "policyName"));
      for (Map<?, ?> document : documents) {
        if ("ValidatingAdmissionPolicyBinding".equals(document.get("kind"))) {
          Map<?, ?> spec = (Map<?, ?>) document.get("spec");
          assertEquals(
              true,
              spec != null
                  && spec.get("validationActions") instanceof List<?> list
                  && list.contains("Deny"),
              file);
        }
      }
    }
  }

  /** The policy is about the account that the roles are bound to. */
  @Test
  void thePolicyIsAboutTheAccountThatMayWrite() throws IOException {
    List<Map<?, ?>> base = documents("base/rbac.yaml");
    String account =
        "system:serviceaccount:"
            + texts(base, "ServiceAccount", "metadata", "namespace").iterator().next()
            + ":"
            + texts(base, "ServiceAccount", "metadata", "name").iterator().next();
    Policy policy = PolicyYaml.policy(PolicyTest.MANIFESTS.resolve("own-record.yaml"));
    assertEquals(
        "request.userInfo.username == '" + account + "'",
        policy.conditions().getFirst().expression());
  }

  @Test
  void everyBindingHasItsRole() throws IOException {
    List<Map<?, ?>> all =
        documents("base/rbac.yaml", "base/rbac-pods.yaml", "per-node/common.yaml");
    assertEquals(
        texts(all, "ClusterRole", "metadata", "name"),
        texts(all, "ClusterRoleBinding", "roleRef", "name"));
    assertEquals(
        texts(all, "Role", "metadata", "name"), texts(all, "RoleBinding", "roleRef", "name"));
  }

  /**
   * Everything is named, nothing can read secrets, and what one node may write is not all nodes'
   * group's.
   */
  @Test
  void noRuleIsWiderThanItsReason() throws IOException {
    for (Map<?, ?> document :
        documents("base/rbac.yaml", "base/rbac-pods.yaml", "per-node/common.yaml")) {
      String text = document.toString();
      assertFalse(document.containsKey("rules") && text.contains("*"), text);
      assertFalse(document.containsKey("rules") && text.contains("secrets"), text);
      assertFalse(document.containsKey("rules") && text.contains("deletecollection"), text);
    }
    String shared = documents("per-node/common.yaml").toString();
    for (String verb : List.of("create", "patch", "update", "delete")) {
      assertFalse(shared.contains(verb), shared);
    }
  }
}
