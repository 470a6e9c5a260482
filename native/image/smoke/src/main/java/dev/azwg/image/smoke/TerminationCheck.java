package dev.azwg.image.smoke;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * That a SIGTERM runs the shutdown hooks, as in a JVM. An executable does that only if it was built
 * with {@code --install-exit-handlers}. This is how azwg-watcher ends: {@code sun.misc.Signal} is
 * no public interface, and javac's warning about it cannot be switched off for a class. The program
 * runs itself as the process that is terminated.
 */
final class TerminationCheck {
  /** The argument with which the program is that process. */
  static final String CHILD = "until-terminated";

  private static final String READY = "ready\n";
  private static final int CLEAN_EXIT = 42;
  private static final long TIMEOUT_SECONDS = 10;

  private TerminationCheck() {}

  static void run() throws IOException, InterruptedException {
    String executable = ProcessHandle.current().info().command().orElseThrow();
    Process child = new ProcessBuilder(executable, CHILD).start();
    try {
      byte[] line = child.getInputStream().readNBytes(READY.length());
      Check.same(READY, new String(line, StandardCharsets.UTF_8));
      child.destroy();
      Check.same(true, child.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS));
      Check.same(CLEAN_EXIT, child.exitValue());
    } finally {
      child.destroyForcibly();
    }
  }

  /** Ends only by a shutdown hook, or by a signal that runs none. */
  static void runChild() throws InterruptedException {
    Runtime.getRuntime().addShutdownHook(new Thread(() -> Runtime.getRuntime().halt(CLEAN_EXIT)));
    System.out.print(READY);
    System.out.flush();
    new CountDownLatch(1).await();
  }
}
