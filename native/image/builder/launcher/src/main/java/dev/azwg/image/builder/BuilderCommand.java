package dev.azwg.image.builder;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * The two argument lists of a builder run: options for the JVM that runs the builder, and options
 * for the builder itself.
 */
record BuilderCommand(List<String> jvm, List<String> builder) {
  private static final String MAIN =
      "org.graalvm.nativeimage.builder/com.oracle.svm.hosted.NativeImageGeneratorRunner";

  static BuilderCommand of(BuilderHome home, ImageRequest request, String svmVersion)
      throws IOException {
    return new BuilderCommand(
        jvmArguments(home, request, svmVersion), builderArguments(home, request));
  }

  private static List<String> jvmArguments(
      BuilderHome home, ImageRequest request, String svmVersion) throws IOException {
    List<String> arguments = new ArrayList<>(home.addExports());
    // JVMCI gives the builder its view of the JDK's classes; the JVM itself compiles with C1 and
    // C2.
    arguments.add("-XX:+UnlockExperimentalVMOptions");
    arguments.add("-XX:+EnableJVMCI");
    arguments.add("-XX:-UseJVMCICompiler");
    arguments.add("-Xss10m");
    arguments.add("-XX:+UseParallelGC");
    // An image of ours needs 2 to 4 GB; a ceiling keeps a small machine from swapping.
    arguments.add("-XX:MaxRAMPercentage=50");
    arguments.add("-XX:+ExitOnOutOfMemoryError");
    arguments.add("-Xshare:off");
    arguments.add("-Djava.awt.headless=true");
    arguments.add("-Dorg.graalvm.version=" + svmVersion);
    arguments.add("-Dorg.graalvm.vendor=azwg");
    arguments.add("-Dorg.graalvm.vendorurl=about:blank");
    arguments.add("-Dorg.graalvm.vendorversion=azwg builder, svm " + svmVersion);
    arguments.add("-Dcom.oracle.graalvm.isaot=true");
    arguments.add("-Djava.system.class.loader=com.oracle.svm.hosted.NativeImageSystemClassLoader");
    arguments.add("-Dorg.graalvm.nativeimage.imagecode=buildtime");
    // Lambdas and method handles must reach the builder as the class files have them, not as the
    // JVM that runs it has already linked or profiled them.
    arguments.add("-Djdk.internal.lambda.disableEagerInitialization=true");
    arguments.add("-Djdk.internal.lambda.eagerlyInitialize=false");
    arguments.add("-Djava.lang.invoke.InnerClassLambdaMetafactory.initializeLambdas=false");
    arguments.add("-Djava.lang.invoke.MethodHandle.DONT_INLINE_THRESHOLD=-1");
    arguments.add("-Djava.lang.invoke.MethodHandle.PROFILE_GWT=false");
    arguments.addAll(request.jvmOptions);
    arguments.add("--add-modules=ALL-DEFAULT");
    arguments.add("--enable-native-access=" + String.join(",", home.builderModules()));
    arguments.add("--upgrade-module-path");
    arguments.add(home.compiler().toString());
    arguments.add("--module-path");
    arguments.add(join(home.builderJars()));
    arguments.add("--module");
    arguments.add(MAIN);
    // The builder ends itself when this file is gone, that is, when the launcher has been killed.
    arguments.add("-keepalive");
    arguments.add("/proc/" + ProcessHandle.current().pid() + "/comm");
    return List.copyOf(arguments);
  }

  private static List<String> builderArguments(BuilderHome home, ImageRequest request) {
    Path libraries = home.cLibraries();
    Path platform = libraries.resolve("linux-amd64");
    Path executable = request.executable();
    List<String> arguments = new ArrayList<>();
    arguments.add("-imagecp");
    arguments.add(join(request.classPath));
    arguments.add(
        "-H:CLibraryPath=" + platform.resolve("glibc") + ',' + platform + ',' + libraries);
    arguments.add("-H:Path@driver=" + executable.getParent());
    // The C code that reads cgroup limits is not part of our shim: executables need an explicit
    // maximum heap.
    arguments.add("-H:-UseContainerSupport@driver");
    arguments.addAll(request.builderOptions);
    arguments.add("-H:Class@driver=" + request.mainClass);
    arguments.add("-H:Name@driver=" + executable.getFileName());
    // From the arguments, not from a random number: the same input makes the same executable.
    byte[] identity = String.join("\0", arguments).getBytes(StandardCharsets.UTF_8);
    arguments.add("-H:ImageBuildID@driver=" + UUID.nameUUIDFromBytes(identity));
    return List.copyOf(arguments);
  }

  private static String join(Iterable<Path> paths) {
    List<String> texts = new ArrayList<>();
    paths.forEach(path -> texts.add(path.toString()));
    return String.join(File.pathSeparator, texts);
  }

  /** The JVM's options as a {@code java @argfile}. */
  String jvmArgumentFile() {
    return jvm.stream().map(ArgumentFile::quote).collect(Collectors.joining("\n", "", "\n"));
  }

  /** The builder's options as its {@code --image-args-file}: separated by NUL. */
  String builderArgumentFile() {
    return String.join("\0", builder);
  }
}
