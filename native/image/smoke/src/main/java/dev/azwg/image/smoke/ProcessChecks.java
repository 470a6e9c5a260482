package dev.azwg.image.smoke;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Child processes, threads, clock and randomness. */
final class ProcessChecks {
  private static final long TIMEOUT_SECONDS = 10;

  private ProcessChecks() {}

  static List<Check> all() {
    return List.of(
        new Check("child process", ProcessChecks::childProcess),
        new Check("platform and virtual threads", ProcessChecks::threads),
        new Check("SecureRandom", ProcessChecks::secureRandom),
        new Check("clock", ProcessChecks::clock));
  }

  private static void childProcess() throws IOException, InterruptedException {
    byte[] input = "to the child and back".getBytes(StandardCharsets.UTF_8);
    Process process = new ProcessBuilder("cat").start();
    process.getOutputStream().write(input);
    process.getOutputStream().close();
    byte[] output = process.getInputStream().readAllBytes();
    Check.same(0, process.waitFor());
    Check.same(true, Arrays.equals(input, output));
  }

  private static void threads() throws InterruptedException {
    CountDownLatch ran = new CountDownLatch(2);
    Thread platform = Thread.ofPlatform().start(ran::countDown);
    Thread virtual = Thread.ofVirtual().start(ran::countDown);
    await(ran);
    platform.join();
    virtual.join();
  }

  private static void secureRandom() {
    byte[] first = new byte[32];
    byte[] second = new byte[32];
    new SecureRandom().nextBytes(first);
    new SecureRandom().nextBytes(second);
    Check.same(false, Arrays.equals(first, second));
  }

  private static void clock() {
    Instant now = Instant.now();
    Check.same(now, Instant.parse(now.toString()));
  }

  private static void await(CountDownLatch latch) throws InterruptedException {
    if (!latch.await(TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
      throw new AssertionError("not within " + TIMEOUT_SECONDS + " s");
    }
  }
}
