package dev.azwg.netlink.testing;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ExtensionContext.Store;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Gives each parameter of type {@link TestNamespace} a namespace of its own, which is removed when
 * the test (or for a constructor or {@code @BeforeAll}, the class) has ended, however it ended.
 * Where namespaces cannot be made, the tests are skipped with the reason.
 *
 * <p>Use: {@code @ExtendWith(NamespaceExtension.class) @Tag("network")} and parameters.
 */
public final class NamespaceExtension implements ExecutionCondition, ParameterResolver {
  private static final Namespace STORE = Namespace.create(NamespaceExtension.class);

  @Override
  public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
    Optional<String> reason = TestNamespace.unavailable();
    return reason
        .map(ConditionEvaluationResult::disabled)
        .orElseGet(() -> ConditionEvaluationResult.enabled("namespaces can be made"));
  }

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return parameter.getParameter().getType() == TestNamespace.class;
  }

  @Override
  public TestNamespace resolveParameter(ParameterContext parameter, ExtensionContext context) {
    int number = counter(context).incrementAndGet();
    TestNamespace namespace = TestNamespace.create(Integer.toString(number));
    // The store of the context closes what is in it when the context ends.
    context.getStore(STORE).put("namespace " + number, namespace);
    return namespace;
  }

  /** One counter for all tests of this process; the first use tidies up after killed runs. */
  private static AtomicInteger counter(ExtensionContext context) {
    Store store = context.getRoot().getStore(STORE);
    return store.getOrComputeIfAbsent(
        "counter",
        key -> {
          TestNamespace.removeAbandoned();
          return new AtomicInteger();
        },
        AtomicInteger.class);
  }
}
