package dev.azwg.deploy.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cel.common.CelAbstractSyntaxTree;
import dev.cel.common.ast.CelConstant;
import dev.cel.common.ast.CelExpr;
import dev.cel.common.navigation.CelNavigableAst;
import dev.cel.common.navigation.CelNavigableExpr;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * The largest record that the schema admits can be judged. The API server ends an expression that
 * costs more than 1 000 000 (k8s.io/apiserver, PerCallLimit), and all of a policy's more than 10
 * 000 000 (RuntimeCELCostBudget); what is ended refuses the record.
 *
 * <p>Counted are matches(), at what cel-go's cost tracker takes for it: a tenth of the text's
 * length plus one, times a quarter of the pattern's, each rounded up. Everything else in a pass of
 * a loop takes a few units; {@link #OTHERS} is more.
 */
class CostTest {
  private static final int PER_EXPRESSION = 1_000_000;
  private static final int OTHERS = 20;
  // deploy/base/crd.yaml: maxItems of claims, maxLength of their prefixes.
  private static final int CLAIMS = 4096;
  private static final int LONGEST_PREFIX = 49;

  private static int cost(String pattern) {
    return ceil(LONGEST_PREFIX + 1, 10) * ceil(pattern.length(), 4);
  }

  private static int ceil(int dividend, int divisor) {
    return (dividend + divisor - 1) / divisor;
  }

  private static List<String> patterns(CelAbstractSyntaxTree tree) {
    List<String> patterns = new ArrayList<>();
    CelNavigableAst.fromAst(tree)
        .getRoot()
        .allNodes()
        .map(CelNavigableExpr::expr)
        .filter(expr -> expr.getKind() == CelExpr.ExprKind.Kind.CALL)
        .map(CelExpr::call)
        .filter(call -> call.function().equals("matches"))
        .forEach(call -> {
          CelExpr pattern = call.args().getLast();
          // One that is computed would be compiled anew for each text.
          assertEquals(CelExpr.ExprKind.Kind.CONSTANT, pattern.getKind());
          assertEquals(CelConstant.Kind.STRING_VALUE, pattern.constant().getKind());
          patterns.add(pattern.constant().stringValue());
        });
    return patterns;
  }

  @Test
  void theLargestRecordCanBeJudged() throws Exception {
    CompiledPolicy policy =
        new CompiledPolicy(
            PolicyYaml.policy(PolicyTest.MANIFESTS.resolve("record-content.yaml")), new Coverage());
    int all = 0;
    for (Map.Entry<String, CelAbstractSyntaxTree> each : policy.trees().entrySet()) {
      int cost = 0;
      for (String pattern : patterns(each.getValue())) {
        cost += CLAIMS * (cost(pattern) + OTHERS);
      }
      assertTrue(cost < PER_EXPRESSION, each.getKey() + " costs " + cost);
      all += cost;
    }
    assertTrue(all < 10 * PER_EXPRESSION, "all cost " + all);
    assertFalse(all < PER_EXPRESSION, "nothing was counted");
  }
}
