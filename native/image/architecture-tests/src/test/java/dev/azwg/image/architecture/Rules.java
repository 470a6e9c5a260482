package dev.azwg.image.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaCall;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.lang.ArchRule;
import java.util.Set;
import java.util.stream.Stream;

/** The design's rules, as rules of ArchUnit. Each has a class in the fixtures that breaks it. */
final class Rules {
  private static final String[] PLATFORM = {"java..", "org.jspecify.annotations.."};

  /** What the plugin runs: its start is measured in single milliseconds. */
  private static final String[] PLUGIN_PATH = {
    "dev.azwg.plugin..", "dev.azwg.ipam..", "dev.azwg.conflist..", "dev.azwg.netlink.."
  };

  /** JDK methods that read a clock or make something up. */
  private static final Set<String> IMPURE_METHODS =
      Set.of(
          "java.lang.System.currentTimeMillis",
          "java.lang.System.nanoTime",
          "java.lang.System.getenv",
          "java.lang.System.getProperty",
          "java.lang.Math.random",
          "java.lang.Thread.sleep",
          "java.time.Instant.now",
          "java.time.LocalDateTime.now",
          "java.time.ZonedDateTime.now",
          "java.util.UUID.randomUUID");

  private static final Set<String> REFLECTIVE_METHODS =
      Set.of(
          "java.lang.Class.forName",
          "java.lang.Class.getDeclaredConstructor",
          "java.lang.Class.getDeclaredField",
          "java.lang.Class.getDeclaredMethod",
          "java.lang.Class.getMethod",
          "java.lang.Class.getResource",
          "java.lang.Class.getResourceAsStream",
          "java.util.ServiceLoader.load",
          "java.util.ResourceBundle.getBundle");

  private static final Set<String> SLOW_METHODS =
      Set.of(
          "java.lang.String.format",
          "java.lang.String.formatted",
          "java.lang.String.matches",
          "java.lang.String.replaceAll",
          "java.lang.String.replaceFirst");

  private Rules() {}

  static final ArchRule NETLINK_KNOWS_NOTHING_OF_THE_REST =
      mayUse("dev.azwg.netlink..", "com.sun.jna..");

  static final ArchRule CONFLIST_USES_GSON = mayUse("dev.azwg.conflist..", "com.google.gson..");

  static final ArchRule IPAM_BRIDGE_USES_CONFLIST =
      mayUse("dev.azwg.ipam..", "dev.azwg.conflist..", "com.google.gson..");

  static final ArchRule WG_USES_NETLINK_AND_IPAM_BRIDGE =
      mayUse(
          "dev.azwg.wg..",
          "dev.azwg.netlink..",
          "dev.azwg.ipam..",
          "dev.azwg.conflist..",
          "com.google.gson..",
          "org.bouncycastle..",
          "picocli..",
          "io.prometheus.metrics..",
          "com.sun.net.httpserver..",
          "io.fabric8..",
          "tools.jackson..");

  static final ArchRule PLUGIN_USES_NETLINK_AND_IPAM_BRIDGE =
      mayUse(
          "dev.azwg.plugin..",
          "dev.azwg.netlink..",
          "dev.azwg.ipam..",
          "dev.azwg.conflist..",
          "com.google.gson..");

  static final ArchRule NO_PACKAGE_CYCLES =
      slices().matching("dev.azwg.(**)").should().beFreeOfCycles();

  static final ArchRule NO_DATA_BINDING =
      noClasses()
          .should()
          .dependOnClassesThat()
          .haveFullyQualifiedName("com.google.gson.Gson")
          .orShould()
          .dependOnClassesThat()
          .haveFullyQualifiedName("com.google.gson.GsonBuilder")
          .orShould()
          .dependOnClassesThat()
          .resideInAPackage("com.google.gson.annotations..")
          .because("data binding is reflection, which an executable does not have");

  static final ArchRule JNA_BEHIND_THE_LIBC_INTERFACE =
      noClasses()
          .that(resideInAPackage("dev.azwg..").and(not(resideInAPackage("dev.azwg.netlink.libc"))))
          .should()
          .dependOnClassesThat()
          .resideInAPackage("com.sun.jna..")
          .because("the executables have another implementation of libc");

  static final ArchRule HTTP_AND_PROMETHEUS_BEHIND_METRICS =
      noClasses()
          .that(resideInAPackage("dev.azwg..").and(not(resideInAPackage("dev.azwg.wg.metrics"))))
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("io.prometheus..", "com.sun.net.httpserver..")
          .because("what listens on the network is one small package");

  static final ArchRule KUBERNETES_BEHIND_ITS_DATASTORE =
      noClasses()
          .that(
              resideInAPackage("dev.azwg..")
                  .and(not(resideInAPackage("dev.azwg.wg.datastore.kubernetes"))))
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("io.fabric8..", "tools.jackson..")
          .because("the rest of the watcher knows records, not objects of an API");

  static final ArchRule STANDARD_STREAMS_BELONG_TO_MAIN_CLASSES =
      noClasses()
          .that(not(isMainClass()))
          .should()
          .accessField(System.class, "out")
          .orShould()
          .accessField(System.class, "err")
          .orShould()
          .accessField(System.class, "in")
          .because("stdout is the plugin's protocol");

  static final ArchRule PLANNING_IS_PURE =
      noClasses()
          .that()
          .resideInAPackage("dev.azwg.wg.mesh..")
          .should()
          .dependOnClassesThat(
              resideInAnyPackage(
                      "java.io..",
                      "java.nio.file..",
                      "java.nio.channels..",
                      "java.util.concurrent..",
                      "dev.azwg.netlink.libc..",
                      "dev.azwg.wg.host..",
                      "dev.azwg.wg.watcher..")
                  .or(named("java.time.Clock", "java.util.Random", "java.security.SecureRandom")))
          .orShould()
          .callMethodWhere(callsOneOf(IMPURE_METHODS))
          .because("records in, records out, no I/O, no clock");

  static final ArchRule NO_REFLECTION =
      noClasses()
          .should()
          .dependOnClassesThat()
          .resideInAPackage("java.lang.reflect..")
          .orShould()
          .callMethodWhere(callsOneOf(REFLECTIVE_METHODS))
          .because("the executables are built without metadata");

  static final ArchRule PLUGIN_STAYS_SMALL =
      noClasses()
          .that()
          .resideInAnyPackage(PLUGIN_PATH)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "java.util.logging..",
              "java.lang.System$Logger..",
              "java.net.http..",
              "javax.net..",
              "java.util.regex..",
              "java.text..",
              "org.bouncycastle..",
              "dev.azwg.wg..")
          .orShould()
          .callMethodWhere(callsOneOf(SLOW_METHODS))
          .because("each of them costs every start of the plugin");

  static final ArchRule PLUGIN_REACHES_NO_NETWORK_STACK =
      noClasses()
          // The JVM's main class uses JNA, which has a logger. It is for development only.
          .that(resideInAPackage("dev.azwg.plugin..").and(not(named("dev.azwg.plugin.JvmMain"))))
          .should()
          .transitivelyDependOnClassesThat()
          .resideInAnyPackage(
              "java.util.logging..", "java.net.http..", "javax.net.ssl..", "org.bouncycastle..");

  /** All rules, with the names that the tests show. */
  static Stream<ArchRule> all() {
    return Stream.of(
        NETLINK_KNOWS_NOTHING_OF_THE_REST.as("netlink knows nothing of the rest"),
        CONFLIST_USES_GSON.as("conflist uses gson only"),
        IPAM_BRIDGE_USES_CONFLIST.as("ipam-bridge uses conflist and gson only"),
        WG_USES_NETLINK_AND_IPAM_BRIDGE.as("wg uses netlink and ipam-bridge, not the plugin"),
        PLUGIN_USES_NETLINK_AND_IPAM_BRIDGE.as("plugin uses netlink and ipam-bridge, not wg"),
        NO_PACKAGE_CYCLES.as("packages have no cycles"),
        NO_DATA_BINDING.as("no data binding"),
        JNA_BEHIND_THE_LIBC_INTERFACE.as("JNA is behind the libc interface"),
        HTTP_AND_PROMETHEUS_BEHIND_METRICS.as("HTTP and Prometheus are behind the metrics"),
        KUBERNETES_BEHIND_ITS_DATASTORE.as("the Kubernetes client is behind its datastore"),
        STANDARD_STREAMS_BELONG_TO_MAIN_CLASSES.as("standard streams belong to main classes"),
        PLANNING_IS_PURE.as("planning is pure"),
        NO_REFLECTION.as("no reflection"),
        PLUGIN_STAYS_SMALL.as("nothing that costs the plugin's start"),
        PLUGIN_REACHES_NO_NETWORK_STACK.as("the plugin reaches no logging, HTTP or TLS"));
  }

  /** Classes of a module may use themselves, the JDK, and what is listed. */
  private static ArchRule mayUse(String module, String... others) {
    String[] allowed =
        Stream.of(Stream.of(module), Stream.of(PLATFORM), Stream.of(others))
            .flatMap(part -> part)
            .toArray(String[]::new);
    return classes()
        .that()
        .resideInAPackage(module)
        .should()
        .onlyDependOnClassesThat(resideInAnyPackage(allowed).or(isPrimitiveOrArrayOf(allowed)));
  }

  private static DescribedPredicate<JavaClass> isPrimitiveOrArrayOf(String... packages) {
    DescribedPredicate<JavaClass> element = resideInAnyPackage(packages);
    return DescribedPredicate.describe(
        "primitive, or an array of them",
        type ->
            type.getBaseComponentType().isPrimitive() || element.test(type.getBaseComponentType()));
  }

  private static DescribedPredicate<JavaClass> named(String... names) {
    return DescribedPredicate.describe(
        "named " + String.join(", ", names), type -> Set.of(names).contains(type.getName()));
  }

  private static DescribedPredicate<JavaClass> isMainClass() {
    return DescribedPredicate.describe(
        "with a main method", type -> type.tryGetMethod("main", String[].class).isPresent());
  }

  private static DescribedPredicate<JavaCall<?>> callsOneOf(Set<String> methods) {
    return DescribedPredicate.describe(
        "the target is one of " + methods,
        call ->
            methods.contains(
                call.getTargetOwner().getFullName() + '.' + call.getTarget().getName()));
  }
}
