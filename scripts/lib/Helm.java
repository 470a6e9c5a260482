import com.marcnuri.helm.Helm;
import com.marcnuri.helm.LintResult;
import com.marcnuri.helm.TemplateCommand;
import com.marcnuri.helm.UpgradeCommand;
import java.nio.file.Path;

/**
 * A command line for Helm as a library (scripts/tools/helm.sh): {@code lint CHART}, {@code template
 * CHART NAMESPACE [VALUES-FILE]}, {@code upgrade CHART NAMESPACE KUBECONFIG [VALUES-FILE]} (which
 * installs where there is no release), {@code uninstall CHART NAMESPACE KUBECONFIG}. Exit code 1 and
 * Helm's own words if it refuses.
 */
final class HelmCommandLine {
  private static final String RELEASE = "azwg";

  private HelmCommandLine() {}

  public static void main(String[] arguments) {
    try {
      run(arguments, new Helm(Path.of(arguments[1])));
    } catch (IllegalStateException e) {
      System.err.println(e.getMessage());
      System.exit(1);
    }
  }

  private static void run(String[] arguments, Helm helm) {
    switch (arguments[0]) {
      case "lint" -> lint(helm.lint().strict().call());
      case "template" -> {
        TemplateCommand command =
            helm.template()
                .withName(RELEASE)
                .withNamespace(arguments[2])
                .withKubeVersion("1.30.0");
        if (arguments.length > 3) {
          command.withValuesFile(Path.of(arguments[3]));
        }
        System.out.println(command.call());
      }
      case "upgrade" -> {
        UpgradeCommand command =
            helm.upgrade()
                .install()
                .withName(RELEASE)
                .withNamespace(arguments[2])
                .withKubeConfig(Path.of(arguments[3]));
        if (arguments.length > 4) {
          command.withValuesFile(Path.of(arguments[4]));
        }
        System.out.println(command.call());
      }
      case "uninstall" ->
          System.out.println(
              Helm.uninstall(RELEASE)
                  .withNamespace(arguments[2])
                  .withKubeConfig(Path.of(arguments[3]))
                  .call());
      default -> throw new IllegalStateException("no such command: " + arguments[0]);
    }
  }

  private static void lint(LintResult result) {
    result.getMessages().forEach(System.out::println);
    if (result.isFailed()) {
      System.exit(1);
    }
  }
}
