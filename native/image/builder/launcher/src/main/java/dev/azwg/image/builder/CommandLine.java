package dev.azwg.image.builder;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads {@code native-image} options into an {@link ImageRequest}; refuses what it does not know.
 */
final class CommandLine {
  private final ImageRequest request;
  private final Deque<String> rest;
  private final String origin;
  private final Map<String, String> environment;

  private CommandLine(
      ImageRequest request, List<String> options, String origin, Map<String, String> environment) {
    this.request = request;
    this.rest = new ArrayDeque<>(options);
    this.origin = origin;
    this.environment = environment;
  }

  /**
   * Adds options to a request.
   *
   * @param origin where the options come from, for error messages
   * @param environment the process environment, for {@code -ENAME}
   */
  static void read(
      ImageRequest request, List<String> options, String origin, Map<String, String> environment)
      throws UnsupportedOptionException, IOException {
    CommandLine line = new CommandLine(request, options, origin, environment);
    while (!line.rest.isEmpty()) {
      line.readOne(line.rest.removeFirst());
    }
  }

  private void readOne(String option) throws UnsupportedOptionException, IOException {
    switch (option) {
      case "-cp", "-classpath", "--class-path" -> addClassPath(value(option));
      case "-o" -> request.imageName = value(option);
      case "--exclude-config" ->
          request.excludedConfigs.add(
              new ImageRequest.ExcludedConfig(value(option), value(option)));
      case "--verbose" -> request.verbose = true;
      case "--dry-run" -> request.dryRun = true;
      case "--add-exports", "--add-opens" -> addModuleAccess(option, value(option));
      default -> readJoined(option);
    }
  }

  /** Options whose value is part of the same argument. */
  private void readJoined(String option) throws UnsupportedOptionException, IOException {
    if (option.startsWith("--class-path=")) {
      addClassPath(after(option, "--class-path="));
    } else if (option.startsWith("--add-exports=")) {
      addModuleAccess("--add-exports", after(option, "--add-exports="));
    } else if (option.startsWith("--add-opens=")) {
      addModuleAccess("--add-opens", after(option, "--add-opens="));
    } else if (option.startsWith("-D")) {
      request.jvmOptions.add(option);
    } else if (option.startsWith("-J")) {
      request.jvmOptions.add(after(option, "-J"));
    } else if (option.startsWith("-E")) {
      addEnvironment(after(option, "-E"));
    } else if (option.startsWith("-H:Name=")) {
      request.imageName = after(option, "-H:Name=");
    } else if (option.startsWith("-H:Class=")) {
      request.mainClass = after(option, "-H:Class=");
    } else if (option.startsWith("-H:Path=")) {
      request.outputDirectory = Path.of(after(option, "-H:Path=")).toAbsolutePath();
    } else if (option.startsWith("-H:") || option.startsWith("-R:")) {
      request.builderOptions.add(option);
    } else if (option.startsWith("-")) {
      addDocumentedOption(option);
    } else {
      request.positional.add(option);
    }
  }

  private void addDocumentedOption(String option) throws UnsupportedOptionException {
    Optional<String> builderOption = OptionTable.builderOption(option);
    if (builderOption.isEmpty()) {
      throw new UnsupportedOptionException("unsupported option '" + option + "' (" + origin + ")");
    }
    request.builderOptions.add(builderOption.get());
  }

  /** Both the JVM that runs the builder and the image need the access. */
  private void addModuleAccess(String option, String access) {
    request.jvmOptions.add(option + '=' + access);
    String builderName = option.equals("--add-exports") ? "AddExports" : "AddOpens";
    request.builderOptions.add("-H:" + builderName + '=' + access);
  }

  private void addEnvironment(String assignment) throws UnsupportedOptionException {
    int equals = assignment.indexOf('=');
    if (equals >= 0) {
      request.environment.put(assignment.substring(0, equals), assignment.substring(equals + 1));
      return;
    }
    String inherited = environment.get(assignment);
    if (inherited == null) {
      throw new UnsupportedOptionException("-E" + assignment + ": not set in the environment");
    }
    request.environment.put(assignment, inherited);
  }

  private void addClassPath(String value) throws UnsupportedOptionException, IOException {
    for (String entry : value.split(File.pathSeparator, -1)) {
      if (entry.isEmpty()) {
        continue;
      }
      if (entry.endsWith("*")) {
        throw new UnsupportedOptionException("class path wildcard '" + entry + "'");
      }
      Path path = Path.of(entry);
      if (!Files.exists(path)) {
        throw new UnsupportedOptionException("class path entry '" + entry + "' does not exist");
      }
      request.classPath.add(path.toRealPath());
    }
  }

  private String value(String option) throws UnsupportedOptionException {
    String value = rest.pollFirst();
    if (value == null) {
      throw new UnsupportedOptionException("'" + option + "' lacks its value (" + origin + ")");
    }
    return value;
  }

  private static String after(String option, String prefix) {
    return option.substring(prefix.length());
  }
}
