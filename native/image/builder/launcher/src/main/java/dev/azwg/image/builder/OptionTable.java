package dev.azwg.image.builder;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The documented {@code native-image} options that this launcher knows, and the builder option
 * ({@code -H:}) that each stands for.
 *
 * <p>The pairs are what the {@code @APIOption} annotations in svm 25.0.2 say. Options that make no
 * sense for our executables (fallback images, shared libraries, bundles, static musl) are left out
 * on purpose and are therefore refused.
 */
final class OptionTable {
  private OptionTable() {}

  /** Options without a value. */
  private static final Map<String, String> FLAGS =
      Map.ofEntries(
          Map.entry("--no-fallback", "-H:FallbackThreshold=0"),
          Map.entry("--gc=serial", "-H:SupportedGCs=serial"),
          Map.entry("--gc=epsilon", "-H:SupportedGCs=epsilon"),
          Map.entry("--strict-image-heap", "-H:+StrictImageHeap"),
          Map.entry("--static-nolibc", "-H:+StaticExecutableWithDynamicLibC"),
          Map.entry("--install-exit-handlers", "-H:+InstallExitHandlers"),
          Map.entry("--enable-http", "-H:EnableURLProtocols=http"),
          Map.entry("--enable-https", "-H:EnableURLProtocols=https"),
          Map.entry("--link-at-build-time", "-H:LinkAtBuildTime="),
          Map.entry("--initialize-at-build-time", "-H:ClassInitialization=:build_time"),
          Map.entry("--exact-reachability-metadata", "-H:ThrowMissingRegistrationErrors="),
          Map.entry("--silent", "-H:+BuildOutputSilent"),
          Map.entry("-esa", "-H:+RuntimeSystemAssertions"),
          Map.entry("-ea", "-H:RuntimeAssertions=+"),
          Map.entry("-g", "-H:GenerateDebugInfo=2"),
          Map.entry("-O", "-H:Optimize=2"),
          Map.entry("-O0", "-H:Optimize=0"),
          Map.entry("-O1", "-H:Optimize=1"),
          Map.entry("-O2", "-H:Optimize=2"),
          Map.entry("-O3", "-H:Optimize=3"),
          Map.entry("-Os", "-H:Optimize=s"),
          Map.entry("-Ob", "-H:Optimize=b"));

  /** Options written {@code NAME=VALUE}; the value is appended to the builder option. */
  private static final Map<String, String> WITH_VALUE =
      Map.ofEntries(
          Map.entry("-march", "-H:MicroArchitecture="),
          Map.entry("--parallelism", "-H:NumberOfThreads="),
          Map.entry("--color", "-H:Color="),
          Map.entry("--features", "-H:Features="),
          Map.entry("--enable-url-protocols", "-H:EnableURLProtocols="),
          Map.entry("--enable-monitoring", "-H:EnableMonitoringFeatures="),
          Map.entry("--enable-native-access", "-H:EnableNativeAccess="),
          Map.entry("--link-at-build-time", "-H:LinkAtBuildTime="),
          Map.entry("--future-defaults", "-H:FutureDefaults="),
          Map.entry("--trace-class-initialization", "-H:TraceClassInitialization="),
          Map.entry("--trace-object-instantiation", "-H:TraceObjectInstantiation="));

  /** The builder option for a documented option, empty if the launcher does not know it. */
  static Optional<String> builderOption(String option) {
    return plainBuilderOption(option).map(OptionTable::markDocumented);
  }

  /**
   * Names the origin of a builder option. Without {@code +api} the builder takes it for one that
   * the user has dug up himself, and reports it as experimental.
   */
  private static String markDocumented(String builderOption) {
    int equals = builderOption.indexOf('=');
    int end = equals < 0 ? builderOption.length() : equals;
    return builderOption.substring(0, end) + "@user+api" + builderOption.substring(end);
  }

  private static Optional<String> plainBuilderOption(String option) {
    String flag = FLAGS.get(option);
    if (flag != null) {
      return Optional.of(flag);
    }
    int equals = option.indexOf('=');
    if (equals < 0) {
      return Optional.empty();
    }
    String name = option.substring(0, equals);
    String value = option.substring(equals + 1);
    return switch (name) {
      case "--initialize-at-build-time" -> Optional.of(classInitialization(value, "build_time"));
      case "--initialize-at-run-time" -> Optional.of(classInitialization(value, "run_time"));
      default -> Optional.ofNullable(WITH_VALUE.get(name)).map(builder -> builder + value);
    };
  }

  /** The builder wants the time with each class or package, not once for the list. */
  private static String classInitialization(String classes, String time) {
    List<String> entries = new ArrayList<>();
    for (String entry : classes.split(",", -1)) {
      entries.add(entry + ':' + time);
    }
    return "-H:ClassInitialization=" + String.join(",", entries);
  }
}
