package dev.azwg.image.builder;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CommandLineTest {
  @TempDir Path directory;

  private static ImageRequest read(String... options)
      throws UnsupportedOptionException, IOException {
    ImageRequest request = new ImageRequest();
    CommandLine.read(request, List.of(options), "test", Map.of("INHERITED", "value"));
    return request;
  }

  private static String refusal(String... options) {
    return assertThrows(UnsupportedOptionException.class, () -> read(options)).toString();
  }

  @Test
  void whatTheMavenPluginSends() throws Exception {
    Path jar = Files.createFile(directory.resolve("a.jar"));
    ImageRequest request =
        read(
            "-cp",
            jar + ":" + directory,
            "--no-fallback",
            "-o",
            directory + "/image",
            "-R:MaxHeapSize=64m",
            "a.b.Main");
    request.assignPositional();
    assertEquals(Set.of(jar.toRealPath(), directory.toRealPath()), request.classPath);
    assertEquals(
        List.of("-H:FallbackThreshold@user+api=0", "-R:MaxHeapSize=64m"), request.builderOptions);
    assertEquals("a.b.Main", request.mainClass);
    assertEquals(directory.resolve("image"), request.executable());
  }

  @Test
  void optionsForTheBuildersJvm() throws Exception {
    ImageRequest request = read("-J-Xmx5g", "-Dx=y", "--add-exports=java.base/sun.nio.ch=A");
    assertEquals(
        List.of("-Xmx5g", "-Dx=y", "--add-exports=java.base/sun.nio.ch=A"), request.jvmOptions);
    assertEquals(List.of("-H:AddExports=java.base/sun.nio.ch=A"), request.builderOptions);
  }

  @Test
  void environmentVariables() throws Exception {
    assertEquals(
        Map.of("A", "b=c", "INHERITED", "value"), read("-EA=b=c", "-EINHERITED").environment);
  }

  @Test
  void excludedMetadata() throws Exception {
    ImageRequest.ExcludedConfig excluded =
        read("--exclude-config", "gson", "^/META-INF/.*").excludedConfigs.getFirst();
    assertTrue(excluded.covers(Path.of("/m2/gson-2.jar"), "META-INF/native-image/x.json"));
    assertEquals(false, excluded.covers(Path.of("/m2/jna.jar"), "META-INF/native-image/x.json"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"-jar", "-p", "--module", "--bundle-create", "--shared", "-EMISSING", "-cp", "-o"})
  void refusesWhatItDoesNotDo(String option) {
    assertTrue(refusal(option).contains(option.replace("-E", "")), option);
  }

  @Test
  void refusesClassPathEntriesThatAreNotThere() {
    assertTrue(refusal("-cp", directory + "/missing.jar").contains("missing.jar"));
    assertTrue(refusal("-cp", directory + "/*").contains("wildcard"));
  }

  @Test
  void refusesRequestsWithoutMainClassOrName() throws Exception {
    for (ImageRequest request :
        List.of(read(), read("a.b.Main"), read("a.b.Main", "-o", "x", "y", "z"))) {
      assertThrows(UnsupportedOptionException.class, request::assignPositional);
    }
  }
}
