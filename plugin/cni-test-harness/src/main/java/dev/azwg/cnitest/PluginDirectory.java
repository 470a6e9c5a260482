package dev.azwg.cnitest;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Where plugins are found: CNI_PATH.
 *
 * @param directories searched in order; the first match counts
 */
public record PluginDirectory(List<Path> directories) {
  /** Copies what is mutable. */
  public PluginDirectory {
    directories = List.copyOf(directories);
  }

  /** The directories given, in order. */
  public static PluginDirectory of(Path... directories) {
    return new PluginDirectory(List.of(directories));
  }

  /** CNI_PATH: the directories joined by the list separator. */
  public String cniPath() {
    return String.join(
        File.pathSeparator, directories.stream().map(Path::toString).toArray(String[]::new));
  }

  /**
   * The executable of a plugin type.
   *
   * @throws ChainException if the type holds a path separator or is in none of the directories
   */
  public Path find(String type) throws ChainException {
    if (type.isEmpty() || type.indexOf('/') >= 0) {
      throw new ChainException("not a plugin type: \"" + type + "\"");
    }
    for (Path directory : directories) {
      Path candidate = directory.resolve(type);
      if (Files.isRegularFile(candidate) && Files.isExecutable(candidate)) {
        return candidate;
      }
    }
    throw new ChainException("failed to find plugin \"" + type + "\" in path " + directories);
  }
}
