import com.marcnuri.helm.Helm;
import com.marcnuri.helm.LintResult;
import com.marcnuri.helm.TemplateCommand;
import java.nio.file.Path;

/**
 * A command line for Helm as a library (scripts/tools/helm.sh): {@code lint CHART}, or {@code
 * template CHART NAMESPACE [VALUES-FILE]}. Exit code 1 and Helm's own words if it refuses.
 */
final class HelmCommandLine {
  private HelmCommandLine() {}

  public static void main(String[] arguments) {
    Helm helm = new Helm(Path.of(arguments[1]));
    try {
      switch (arguments[0]) {
        case "lint" -> lint(helm.lint().strict().call());
        case "template" -> {
          TemplateCommand command =
              helm.template().withName("azwg").withNamespace(arguments[2]).withKubeVersion("1.30.0");
          if (arguments.length > 3) {
            command.withValuesFile(Path.of(arguments[3]));
          }
          System.out.println(command.call());
        }
        default -> throw new IllegalStateException("no such command: " + arguments[0]);
      }
    } catch (IllegalStateException e) {
      System.err.println(e.getMessage());
      System.exit(1);
    }
  }

  private static void lint(LintResult result) {
    result.getMessages().forEach(System.out::println);
    if (result.isFailed()) {
      System.exit(1);
    }
  }
}
