package dev.azwg.netlink.netns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.azwg.netlink.NetlinkException;
import dev.azwg.netlink.fake.FakeCall;
import dev.azwg.netlink.fake.FakeKernel;
import dev.azwg.netlink.libc.Errno;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Entering a namespace, against a fake kernel: threads, results, faults. */
final class NetworkNamespaceTest {
  private static final Path PATH = Path.of("/run/netns/x");

  private final FakeKernel kernel = new FakeKernel(request -> List.of());

  @Test
  void runsOnAPlatformThreadThatEnds() throws Exception {
    Thread thread = NetworkNamespace.call(kernel, PATH, Thread::currentThread);
    assertNotSame(Thread.currentThread(), thread);
    assertFalse(thread.isVirtual());
    assertFalse(thread.isAlive());
    assertEquals(1, kernel.count(FakeCall.SETNS));
    assertEquals(0, kernel.openDescriptors());
  }

  @Test
  void descriptorIsClosedBeforeTheTaskRuns() throws Exception {
    assertEquals(0, NetworkNamespace.call(kernel, PATH, kernel::openDescriptors));
  }

  @ParameterizedTest
  @MethodSource("failures")
  void handsOverWhatTheTaskThrows(Throwable failure) {
    NamespaceTask<String> task =
        () -> {
          switch (failure) {
            case IOException e -> throw e;
            case RuntimeException e -> throw e;
            default -> throw (Error) failure;
          }
        };
    assertSame(
        failure, assertThrows(Throwable.class, () -> NetworkNamespace.call(kernel, PATH, task)));
    assertEquals(0, kernel.openDescriptors());
  }

  static Stream<Throwable> failures() {
    return Stream.of(
        new IOException("checked"),
        new IllegalStateException("unchecked"),
        new AssertionError("error"));
  }

  @Test
  void missingFileIsToldAndTheTaskDoesNotRun() {
    kernel.failNext(FakeCall.OPEN, Errno.ENOENT);
    assertNotEntered(Errno.ENOENT, "open /run/netns/x");
  }

  @Test
  void fileOfAnotherKindIsToldAndTheTaskDoesNotRun() {
    kernel.failNext(FakeCall.SETNS, Errno.EINVAL);
    assertNotEntered(Errno.EINVAL, "setns /run/netns/x");
    assertEquals(0, kernel.openDescriptors());
  }

  @Test
  void interruptDoesNotBreakTheWaitOffAndIsKept() throws Exception {
    Thread.currentThread().interrupt();
    assertEquals("done", NetworkNamespace.call(kernel, PATH, () -> "done"));
    assertTrue(Thread.interrupted());
  }

  private void assertNotEntered(Errno errno, String operation) {
    AtomicBoolean ran = new AtomicBoolean();
    NetlinkException e =
        assertThrows(
            NetlinkException.class,
            () ->
                NetworkNamespace.call(
                    kernel,
                    PATH,
                    () -> {
                      ran.set(true);
                      return "";
                    }));
    assertEquals(errno, e.errno());
    assertEquals(operation, e.operation());
    assertFalse(ran.get());
  }
}
