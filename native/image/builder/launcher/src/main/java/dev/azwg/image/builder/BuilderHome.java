package dev.azwg.image.builder;

import java.io.IOException;
import java.lang.module.ModuleFinder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/** The files of the assembled builder, which is also the JDK that this launcher runs on. */
record BuilderHome(Path root) {
  /** System modules whose internal packages the builder's modules reach into. */
  private static final Set<String> OPENED_MODULES =
      Set.of(
          "java.base",
          "java.instrument",
          "java.logging",
          "java.management",
          "java.sql",
          "java.xml",
          "jdk.internal.vm.ci",
          "jdk.jfr",
          "jdk.management",
          "jdk.zipfs");

  Path java() {
    return root.resolve("bin/java");
  }

  /** The Graal compiler, which replaces the JDK's own module of the same name. */
  Path compiler() {
    return root.resolve("lib/jvmci/graal.jar");
  }

  /** C headers and archives that the builder compiles against and links. */
  Path cLibraries() {
    return root.resolve("lib/svm/clibraries");
  }

  /** The builder's modules, without the compiler. */
  List<Path> builderJars() throws IOException {
    try (Stream<Path> files = Files.list(root.resolve("lib/svm/builder"))) {
      return files.filter(file -> file.toString().endsWith(".jar")).sorted().toList();
    }
  }

  /** The names of the builder's modules. */
  Set<String> builderModules() throws IOException {
    return moduleNames(ModuleFinder.of(builderJars().toArray(Path[]::new)));
  }

  /**
   * {@code --add-exports} for every package that the JDK keeps from the builder's modules. A
   * GraalVM JDK has these exports compiled into its own module descriptors.
   */
  List<String> addExports() throws IOException {
    Set<String> targets = new TreeSet<>(builderModules());
    targets.addAll(moduleNames(ModuleFinder.of(compiler())));
    String targetList = String.join(",", targets);
    return ModuleFinder.ofSystem().findAll().stream()
        .map(reference -> reference.descriptor())
        .filter(module -> OPENED_MODULES.contains(module.name()))
        .flatMap(module -> {
          Set<String> hidden = new TreeSet<>(module.packages());
          module.exports().stream()
              .filter(export -> !export.isQualified())
              .forEach(export -> hidden.remove(export.source()));
          return hidden.stream().map(hiddenPackage -> module.name() + '/' + hiddenPackage);
        })
        .sorted()
        .map(hidden -> "--add-exports=" + hidden + '=' + targetList)
        .toList();
  }

  private static Set<String> moduleNames(ModuleFinder finder) {
    Set<String> names = new TreeSet<>();
    finder.findAll().forEach(module -> names.add(module.descriptor().name()));
    return names;
  }
}
