package dev.azwg.image.architecture;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.EvaluationResult;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** The rules hold in the product, and each is broken by the fixtures: none is vacuous. */
class ArchitectureTest {
  private static final String FIXTURES = "/test-classes/";

  private final JavaClasses product =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("dev.azwg");

  private final JavaClasses fixtures =
      new ClassFileImporter()
          .withImportOption(location -> location.contains(FIXTURES))
          .importPackages("dev.azwg");

  @TestFactory
  Stream<DynamicTest> rulesHoldInTheProduct() {
    return Rules.all()
        .map(rule -> DynamicTest.dynamicTest(rule.getDescription(), () -> rule.check(product)));
  }

  @TestFactory
  Stream<DynamicTest> rulesAreBrokenByTheFixtures() {
    return Rules.all()
        .map(rule -> DynamicTest.dynamicTest(rule.getDescription(), () -> assertBroken(rule)));
  }

  private void assertBroken(ArchRule rule) {
    EvaluationResult result = rule.allowEmptyShould(true).evaluate(fixtures);
    assertTrue(result.hasViolation(), () -> "no fixture breaks: " + rule.getDescription());
  }
}
