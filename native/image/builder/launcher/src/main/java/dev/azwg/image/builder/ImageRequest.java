package dev.azwg.image.builder;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What one command line asks for.
 *
 * <p>Collected in a mutable object because options come from three places that are read one after
 * the other: {@code NATIVE_IMAGE_OPTIONS}, the command line, and {@code native-image.properties}
 * files on the class path.
 */
final class ImageRequest {
  final Set<Path> classPath = new LinkedHashSet<>();
  final List<String> builderOptions = new ArrayList<>();
  final List<String> jvmOptions = new ArrayList<>();
  final Map<String, String> environment = new LinkedHashMap<>();
  final List<ExcludedConfig> excludedConfigs = new ArrayList<>();
  final List<String> positional = new ArrayList<>();
  String mainClass = "";
  String imageName = "";
  Path outputDirectory = Path.of("").toAbsolutePath();
  boolean verbose;
  boolean dryRun;

  /** {@code --exclude-config JAR-PATTERN RESOURCE-PATTERN}: metadata that is not to be used. */
  record ExcludedConfig(String jarPattern, String resourcePattern) {
    boolean covers(Path classPathEntry, String resource) {
      return classPathEntry.toString().matches(".*" + jarPattern + ".*")
          && ("/" + resource).matches(".*" + resourcePattern + ".*");
    }
  }

  /** The executable's path; its parent directory is not checked here. */
  Path executable() {
    return outputDirectory.resolve(imageName).toAbsolutePath().normalize();
  }

  /** Assigns what stands on the command line without a dash: main class, then image name. */
  void assignPositional() throws UnsupportedOptionException {
    List<String> rest = new ArrayList<>(positional);
    if (mainClass.isEmpty() && !rest.isEmpty()) {
      mainClass = rest.removeFirst();
    }
    if (!rest.isEmpty()) {
      imageName = rest.removeFirst();
    }
    if (!rest.isEmpty()) {
      throw new UnsupportedOptionException("left over on the command line: " + rest);
    }
    if (mainClass.isEmpty()) {
      throw new UnsupportedOptionException("no main class");
    }
    if (imageName.isEmpty()) {
      throw new UnsupportedOptionException("no image name (-o NAME)");
    }
  }
}
