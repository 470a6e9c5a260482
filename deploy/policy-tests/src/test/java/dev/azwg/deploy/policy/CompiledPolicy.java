package dev.azwg.deploy.policy;

import dev.azwg.deploy.policy.Policy.Named;
import dev.azwg.deploy.policy.Policy.Validation;
import dev.cel.common.CelAbstractSyntaxTree;
import dev.cel.common.CelOptions;
import dev.cel.common.CelValidationException;
import dev.cel.common.types.CelType;
import dev.cel.common.types.SimpleType;
import dev.cel.compiler.CelCompiler;
import dev.cel.compiler.CelCompilerBuilder;
import dev.cel.compiler.CelCompilerFactory;
import dev.cel.parser.CelStandardMacro;
import dev.cel.runtime.CelEvaluationException;
import dev.cel.runtime.CelRuntime;
import dev.cel.runtime.CelRuntimeFactory;
import dev.cel.runtime.CelVariableResolver;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A policy whose expressions are type-checked, with what the API server declares: {@code object}
 * and {@code oldObject} of any type, {@code request} of a known one, variables of the type of their
 * expressions. Only CEL's own functions and macros are there, those that Kubernetes adds are not.
 */
final class CompiledPolicy {
  private static final CelOptions OPTIONS =
      CelOptions.current()
          .enableRegexPartialMatch(true)
          .enableHeterogeneousNumericComparisons(true)
          .build();

  private final Policy policy;
  private final Coverage coverage;
  private final Map<String, CelAbstractSyntaxTree> trees = new LinkedHashMap<>();
  private final Map<String, CelRuntime.Program> programs = new LinkedHashMap<>();

  /**
   * Compiles every expression.
   *
   * @throws CelValidationException if one is wrong or has the wrong type
   */
  CompiledPolicy(Policy policy, Coverage coverage)
      throws CelValidationException, CelEvaluationException {
    this.policy = policy;
    this.coverage = coverage;
    CelCompilerBuilder declared =
        CelCompilerFactory.standardCelCompilerBuilder()
            .setOptions(OPTIONS)
            .setStandardMacros(CelStandardMacro.STANDARD_MACROS)
            .setTypeProvider(new RequestTypes())
            .addVar("object", SimpleType.DYN)
            .addVar("oldObject", SimpleType.DYN)
            .addVar("request", RequestTypes.REQUEST);
    for (Named condition : policy.conditions()) {
      compile(declared.build(), condition.expression(), Optional.of(SimpleType.BOOL));
    }
    for (Named variable : policy.variables()) {
      CelType type = compile(declared.build(), variable.expression(), Optional.empty());
      declared.addVar("variables." + variable.name(), type);
    }
    CelCompiler whole = declared.build();
    for (Validation validation : policy.validations()) {
      compile(whole, validation.expression(), Optional.of(SimpleType.BOOL));
      if (validation.messageExpression().isPresent()) {
        compile(whole, validation.messageExpression().get(), Optional.of(SimpleType.STRING));
      }
    }
  }

  private CelType compile(CelCompiler compiler, String expression, Optional<CelType> wanted)
      throws CelValidationException, CelEvaluationException {
    CelAbstractSyntaxTree tree = compiler.compile(expression).getAst();
    CelType type = tree.getResultType();
    if (wanted.isPresent() && !wanted.get().equals(type)) {
      throw new IllegalArgumentException(
          expression + " gives " + type.name() + ", not " + wanted.get().name());
    }
    CelRuntime runtime = CelRuntimeFactory.plannerRuntimeBuilder().setOptions(OPTIONS).build();
    trees.put(expression, tree);
    programs.put(expression, runtime.createProgram(tree));
    coverage.expect(expression);
    return type;
  }

  /** Each expression with its syntax tree. */
  Map<String, CelAbstractSyntaxTree> trees() {
    return trees;
  }

  /** Judges as the API server does: what cannot be evaluated refuses (failurePolicy Fail). */
  Judgement judge(AdmissionRequest request) {
    if (policy.rules().stream().noneMatch(request::isCoveredBy)) {
      return new Judgement.PassedOver();
    }
    CelVariableResolver values = name -> value(request, name);
    List<String> refusals = new ArrayList<>();
    for (Named condition : policy.conditions()) {
      try {
        if (!holds(condition.expression(), values)) {
          return new Judgement.PassedOver();
        }
      } catch (CelEvaluationException e) {
        refusals.add(condition.name() + ": " + e.getMessage());
      }
    }
    for (Validation validation : policy.validations()) {
      try {
        if (!holds(validation.expression(), values)) {
          refusals.add(message(validation, values));
        }
      } catch (CelEvaluationException e) {
        refusals.add(validation.expression() + ": " + e.getMessage());
      }
    }
    return refusals.isEmpty() ? new Judgement.Admitted() : new Judgement.Refused(refusals);
  }

  private String message(Validation validation, CelVariableResolver values)
      throws CelEvaluationException {
    return validation.messageExpression().isPresent()
        ? (String) evaluate(validation.messageExpression().get(), values)
        : validation.message().orElseThrow();
  }

  private boolean holds(String expression, CelVariableResolver values)
      throws CelEvaluationException {
    return (Boolean) evaluate(expression, values);
  }

  private Object evaluate(String expression, CelVariableResolver values)
      throws CelEvaluationException {
    CelRuntime.Program program = programs.get(expression);
    if (program == null) {
      throw new IllegalStateException("not compiled: " + expression);
    }
    Object result = program.eval(values);
    coverage.evaluated(expression, result);
    return result;
  }

  private Optional<Object> value(AdmissionRequest request, String name) {
    for (Named variable : policy.variables()) {
      if (name.equals("variables." + variable.name())) {
        try {
          return Optional.of(evaluate(variable.expression(), inner -> value(request, inner)));
        } catch (CelEvaluationException e) {
          // No variable of ours may fail: the server would tell of it in the expressions that use
          // it.
          throw new IllegalStateException(variable.name(), e);
        }
      }
    }
    return request.value(name);
  }
}
