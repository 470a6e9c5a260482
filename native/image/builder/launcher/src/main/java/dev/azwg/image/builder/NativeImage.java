package dev.azwg.image.builder;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * The {@code native-image} command.
 *
 * <p>It does what our builds and native-maven-plugin need: {@code @argfile}s, {@code -cp}, {@code
 * -o}, {@code -D}, {@code -J}, {@code -E}, {@code -H:}, {@code -R:}, the options of {@link
 * OptionTable}, {@code NATIVE_IMAGE_OPTIONS}, and metadata on the class path. Everything else is an
 * error: {@code -jar}, module paths, bundles, shared libraries.
 */
public final class NativeImage {
  /** The driver of a GraalVM exits with this for a wrong command line. */
  private static final int EXIT_USAGE = 20;

  private static final String USAGE =
      "usage: native-image [options] -cp CLASSPATH MainClass -o EXECUTABLE";

  private NativeImage() {}

  public static void main(String[] arguments) throws IOException, InterruptedException {
    try {
      System.exit(run(List.of(arguments), System.getenv()));
    } catch (UnsupportedOptionException e) {
      System.err.println("native-image: " + e.getMessage());
      System.exit(EXIT_USAGE);
    }
  }

  private static int run(List<String> raw, Map<String, String> environment)
      throws UnsupportedOptionException, IOException, InterruptedException {
    List<String> arguments = ArgumentFile.expand(raw);
    String svmVersion = System.getProperty("azwg.svm.version", "unknown");
    if (arguments.contains("--version")) {
      System.out.println(version(svmVersion));
      return 0;
    }
    if (arguments.isEmpty() || arguments.contains("--help")) {
      System.out.println(USAGE);
      return 0;
    }
    ImageRequest request = request(arguments, environment);
    BuilderHome home = new BuilderHome(Path.of(System.getProperty("java.home")));
    BuilderCommand command = BuilderCommand.of(home, request, svmVersion);
    if (request.verbose || request.dryRun) {
      System.err.println(String.join("\n", command.jvm()));
      System.err.println(String.join("\n", command.builder()));
    }
    return request.dryRun ? 0 : BuilderRun.run(home, command, request.environment);
  }

  /** The complete request of a command line, with everything the class path adds to it. */
  static ImageRequest request(List<String> arguments, Map<String, String> environment)
      throws UnsupportedOptionException, IOException {
    ImageRequest request = new ImageRequest();
    List<String> fromEnvironment =
        ArgumentFile.parse(environment.getOrDefault("NATIVE_IMAGE_OPTIONS", ""));
    CommandLine.read(request, fromEnvironment, "NATIVE_IMAGE_OPTIONS", environment);
    CommandLine.read(request, arguments, "command line", environment);
    if (request.classPath.isEmpty()) {
      throw new UnsupportedOptionException("no class path (-cp)");
    }
    ClassPathMetadata.addTo(request);
    request.assignPositional();
    Path directory = request.executable().getParent();
    if (directory == null || !Files.isDirectory(directory)) {
      throw new UnsupportedOptionException("no such directory for the image: " + directory);
    }
    return request;
  }

  /**
   * The first line has the form that tools parse ({@code native-image MAJOR.MINOR.UPDATE DATE});
   * the second says what this really is.
   */
  private static String version(String svmVersion) {
    return "native-image "
        + System.getProperty("java.version")
        + ' '
        + System.getProperty("java.version.date")
        + "\nazwg builder: svm "
        + svmVersion
        + " of Maven Central on "
        + System.getProperty("java.vendor.version", "OpenJDK")
        + " (not a GraalVM distribution)";
  }
}
