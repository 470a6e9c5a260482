package dev.azwg.deploy.policy;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Which expressions were evaluated and what they gave, so that none goes without a test. */
final class Coverage {
  private final Map<String, Set<Object>> results = new LinkedHashMap<>();

  void expect(String expression) {
    results.put(expression, new LinkedHashSet<>());
  }

  void evaluated(String expression, Object result) {
    results.computeIfAbsent(expression, key -> new LinkedHashSet<>()).add(result);
  }

  /** Every expression that always gave the same, or was never evaluated, with what it gave. */
  List<String> gaps() {
    List<String> gaps = new ArrayList<>();
    results.forEach((expression, seen) -> {
      if (seen.size() < 2) {
        gaps.add(expression + " gave only " + seen);
      }
    });
    return gaps;
  }
}
