package dev.azwg.image.builder;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Stream;

/**
 * What libraries say about themselves to the builder: the files below {@code META-INF/native-image}
 * of a class path entry.
 */
final class ClassPathMetadata {
  private static final String ROOT = "META-INF/native-image";

  /** File name to the builder option that takes the file. */
  private static final Map<String, String> CONFIG_FILES =
      Map.of(
          "reachability-metadata.json", "ReachabilityMetadataResources",
          "reflect-config.json", "ReflectionConfigurationResources",
          "jni-config.json", "JNIConfigurationResources",
          "proxy-config.json", "DynamicProxyConfigurationResources",
          "resource-config.json", "ResourceConfigurationResources",
          "serialization-config.json", "SerializationConfigurationResources");

  private final ImageRequest request;
  private final Path entry;
  private final Path root;

  private ClassPathMetadata(ImageRequest request, Path entry, Path root) {
    this.request = request;
    this.entry = entry;
    this.root = root;
  }

  /** Adds to the request what all its class path entries say. */
  static void addTo(ImageRequest request) throws IOException, UnsupportedOptionException {
    for (Path entry : List.copyOf(request.classPath)) {
      if (Files.isDirectory(entry)) {
        new ClassPathMetadata(request, entry, entry).add();
      } else {
        try (FileSystem jar = FileSystems.newFileSystem(entry)) {
          new ClassPathMetadata(request, entry, jar.getPath("/")).add();
        }
      }
    }
  }

  private void add() throws IOException, UnsupportedOptionException {
    Path base = root.resolve(ROOT);
    if (!Files.isDirectory(base)) {
      return;
    }
    List<Path> files;
    try (Stream<Path> walk = Files.walk(base)) {
      files = walk.filter(Files::isRegularFile).sorted().toList();
    }
    for (Path file : files) {
      String resource = root.relativize(file).toString();
      if (request.excludedConfigs.stream().noneMatch(e -> e.covers(entry, resource))) {
        addFile(file, resource);
      }
    }
  }

  private void addFile(Path file, String resource) throws IOException, UnsupportedOptionException {
    String name = resource.substring(resource.lastIndexOf('/') + 1);
    if (name.equals("native-image.properties")) {
      addProperties(file, resource);
      return;
    }
    String option = CONFIG_FILES.get(name);
    if (option != null) {
      // The builder takes the origin of an option as a URI after '@'; "+api" marks it as
      // documented.
      request.builderOptions.add("-H:" + option + '@' + file.toUri() + "+api=" + resource);
    }
  }

  private void addProperties(Path file, String resource)
      throws IOException, UnsupportedOptionException {
    Properties properties = new Properties();
    try (InputStream in = Files.newInputStream(file)) {
      properties.load(in);
    }
    String directory = resource.substring(0, resource.lastIndexOf('/'));
    request.jvmOptions.addAll(arguments(properties, "JavaArgs", directory));
    CommandLine.read(
        request, arguments(properties, "Args", directory), entry + "!" + resource, Map.of());
  }

  private static List<String> arguments(Properties properties, String key, String directory) {
    return ArgumentFile.parse(properties.getProperty(key, "").replace("${.}", directory));
  }
}
