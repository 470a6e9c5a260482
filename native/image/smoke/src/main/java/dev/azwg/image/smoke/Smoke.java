package dev.azwg.image.smoke;

import dev.azwg.image.libc.CFunctionLibc;
import dev.azwg.netlink.libc.Libc;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** Runs all checks, prints a line for each, and exits with 1 if one failed. */
public final class Smoke {
  private Smoke() {}

  public static void main(String[] arguments) throws IOException, InterruptedException {
    if (arguments.length == 1 && arguments[0].equals(TerminationCheck.CHILD)) {
      TerminationCheck.runChild();
      return;
    }
    Path directory = Files.createTempDirectory("azwg-smoke-");
    int failures;
    try {
      failures = run(checks(new CFunctionLibc(), directory));
    } finally {
      delete(directory);
    }
    System.exit(failures == 0 ? 0 : 1);
  }

  private static List<Check> checks(Libc libc, Path directory) {
    List<Check> checks = new ArrayList<>();
    checks.addAll(LibcChecks.all(libc, directory));
    checks.addAll(FileChecks.all(directory));
    checks.addAll(ProcessChecks.all());
    checks.add(new Check("SIGTERM runs shutdown hooks", TerminationCheck::run));
    return checks;
  }

  private static int run(List<Check> checks) {
    int failures = 0;
    for (Check check : checks) {
      try {
        check.body().run();
        System.out.println("PASS " + check.name());
      } catch (Exception | AssertionError | LinkageError e) {
        failures++;
        System.out.println("FAIL " + check.name() + ": " + e);
      }
    }
    System.out.println(checks.size() - failures + " passed, " + failures + " failed");
    return failures;
  }

  private static void delete(Path directory) throws IOException {
    List<Path> files;
    try (Stream<Path> walk = Files.walk(directory)) {
      files = walk.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path file : files) {
      Files.deleteIfExists(file);
    }
  }
}
