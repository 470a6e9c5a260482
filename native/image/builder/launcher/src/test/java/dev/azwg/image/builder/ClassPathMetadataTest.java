package dev.azwg.image.builder;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClassPathMetadataTest {
  @TempDir Path entry;
  private final ImageRequest request = new ImageRequest();

  @BeforeEach
  void onTheClassPath() throws IOException {
    Files.createDirectories(entry.resolve("META-INF/native-image/g/a"));
    request.classPath.add(entry);
  }

  private Path write(String name, String content) throws IOException {
    return Files.writeString(entry.resolve("META-INF/native-image/g/a").resolve(name), content);
  }

  @Test
  void configurationFilesBecomeResourceOptions() throws Exception {
    Path file = write("reachability-metadata.json", "{}");
    ClassPathMetadata.addTo(request);
    assertEquals(
        List.of(
            "-H:ReachabilityMetadataResources@"
                + file.toUri()
                + "+api=META-INF/native-image/g/a/reachability-metadata.json"),
        request.builderOptions);
  }

  @Test
  void propertiesAddArguments() throws Exception {
    write("native-image.properties", "Args = -H:X=${.}/x --no-fallback\nJavaArgs = -Da=b\n");
    ClassPathMetadata.addTo(request);
    assertEquals(
        List.of("-H:X=META-INF/native-image/g/a/x", "-H:FallbackThreshold@user+api=0"),
        request.builderOptions);
    assertEquals(List.of("-Da=b"), request.jvmOptions);
  }

  @Test
  void excludedFilesDoNotCount() throws Exception {
    write("reachability-metadata.json", "{}");
    request.excludedConfigs.add(new ImageRequest.ExcludedConfig("", "reachability"));
    ClassPathMetadata.addTo(request);
    assertEquals(List.of(), request.builderOptions);
  }

  @Test
  void errorsNameTheFile() throws Exception {
    write("native-image.properties", "Args = --shared\n");
    UnsupportedOptionException refusal =
        assertThrows(UnsupportedOptionException.class, () -> ClassPathMetadata.addTo(request));
    assertTrue(refusal.toString().contains("native-image.properties"));
  }
}
