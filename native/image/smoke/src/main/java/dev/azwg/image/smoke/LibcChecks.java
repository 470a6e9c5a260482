package dev.azwg.image.smoke;

import dev.azwg.netlink.libc.Libc;
import dev.azwg.netlink.libc.contract.LibcContract;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What is special about libc in an executable. The contract of {@link Libc} itself comes on top.
 */
final class LibcChecks {
  private static final int EBADF = 9;
  private static final int CALLS = 200_000;

  private LibcChecks() {}

  static List<Check> all(Libc libc, Path directory) {
    List<Check> checks = new ArrayList<>();
    new LibcContract(libc, directory)
        .checks()
        .forEach(check -> checks.add(new Check("libc: " + check.name(), check.body()::run)));
    checks.add(
        new Check("libc: errno is the call's own during garbage collections", () -> errno(libc)));
    return checks;
  }

  /** Calls that fail with EBADF, while another thread forces collections that stop this one. */
  private static void errno(Libc libc) throws InterruptedException {
    AtomicBoolean done = new AtomicBoolean();
    AtomicInteger collected = new AtomicInteger();
    Thread collector =
        Thread.ofPlatform()
            .start(() -> {
              while (!done.get()) {
                List<byte[]> garbage = new ArrayList<>();
                for (int i = 0; i < 100; i++) {
                  garbage.add(new byte[1000]);
                }
                collected.addAndGet(garbage.size());
                System.gc();
              }
            });
    byte[] buffer = new byte[16];
    try {
      for (int i = 0; i < CALLS; i++) {
        Check.same(-EBADF, libc.recv(-1, buffer, 0));
        Check.same(-EBADF, libc.close(-1));
      }
    } finally {
      done.set(true);
      collector.join();
    }
    if (collected.get() == 0) {
      throw new AssertionError("no garbage collection happened");
    }
  }
}
