package dev.azwg.image.builder;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/** Runs the image builder in a JVM of its own. */
final class BuilderRun {
  /** What the builder and the C compiler below it may see of the caller's environment. */
  private static final Set<String> PASSED_ON =
      Set.of("PATH", "PWD", "HOME", "LANG", "LC_ALL", "TMP", "TEMP", "TMPDIR");

  private BuilderRun() {}

  /** Builds the image and returns the builder's exit code. */
  static int run(BuilderHome home, BuilderCommand command, Map<String, String> environment)
      throws IOException, InterruptedException {
    Path work = Files.createTempDirectory("native-image-");
    try {
      Path jvmArguments = work.resolve("jvm.args");
      Path builderArguments = work.resolve("builder.args");
      Files.writeString(jvmArguments, command.jvmArgumentFile());
      Files.writeString(builderArguments, command.builderArgumentFile());
      ProcessBuilder process =
          new ProcessBuilder(
                  home.java().toString(),
                  "@" + jvmArguments,
                  "--image-args-file=" + builderArguments)
              .inheritIO();
      process.environment().keySet().retainAll(PASSED_ON);
      process.environment().putAll(environment);
      // The builder refuses a JDK whose JVMCI version it does not know; a stock JDK has none.
      process.environment().put("JVMCI_VERSION_CHECK", "ignore");
      process.environment().put("USE_NATIVE_IMAGE_JAVA_PLATFORM_MODULE_SYSTEM", "true");
      // This is the variable's real name.
      process.environment().put("DRIVER_TEMP_DIR_ENV_VARIABLE", work.toString());
      return process.start().waitFor();
    } finally {
      delete(work);
    }
  }

  private static void delete(Path directory) throws IOException {
    List<Path> files;
    try (Stream<Path> walk = Files.walk(directory)) {
      files = walk.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path file : files) {
      Files.deleteIfExists(file);
    }
  }
}
