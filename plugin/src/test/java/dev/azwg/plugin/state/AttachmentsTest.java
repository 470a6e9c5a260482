package dev.azwg.plugin.state;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.azwg.ipam.address.IpPrefix;
import dev.azwg.ipam.ledger.Attachment;
import dev.azwg.ipam.ledger.AttachmentKey;
import dev.azwg.netlink.libc.JnaLibc;
import dev.azwg.netlink.lock.LockTimeoutException;
import dev.azwg.netlink.lock.StateLock;
import dev.azwg.plugin.FakeKernel;
import dev.azwg.plugin.config.LogLevel;
import dev.azwg.plugin.journal.Journal;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The interleavings that the class comment of {@link Attachments} lists. */
class AttachmentsTest {
  private static final Duration BOUND = Duration.ofSeconds(20);

  @TempDir Path directory = Path.of("");
  private final FakeKernel kernel = new FakeKernel();
  private Attachments attachments = attachments(Path.of(""));

  @BeforeEach
  void start() {
    attachments = attachments(directory.resolve("azwg"));
  }

  @Test
  void point47ADelThatComesBeforeItsOwnAddTakesTheLockMakesTheAddFail() throws Exception {
    Instant begin = Instant.now();
    Attachment attachment = attachment("c1", "10.0.0.5");
    attachments.detach(attachment.key(), BOUND);
    assertFalse(attachments.attach(attachment, begin, BOUND));
    assertTrue(attachments.find(attachment.key()).isEmpty());
    assertEquals(Set.of(), kernel.routes);
    assertTrue(attachments.attach(attachment, Instant.now(), BOUND), "a later ADD is a new life");
  }

  @Test
  void point47AnAddThatWasDeletedWhileItWaitedUndoesNothing() throws Exception {
    Attachment old = attachment("c1", "10.0.0.5");
    attachments.attach(old, Instant.now(), BOUND);
    attachments.detach(old.key(), BOUND);
    Attachment again = attachment("c1", "10.0.0.5");
    attachments.attach(again, Instant.now(), BOUND);
    attachments.undo(old, BOUND);
    assertEquals(Optional.of(again), attachments.find(again.key()));
    assertEquals(1, kernel.routes.size());
  }

  @Test
  void undoingLeavesARouteThatAnotherAttachmentClaims() throws Exception {
    Attachment failed = attachment("c1", "10.0.0.5");
    Attachment newer = attachment("c2", "10.0.0.5");
    attachments.attach(failed, Instant.now(), BOUND);
    attachments.attach(newer, Instant.now(), BOUND);
    attachments.undo(failed, BOUND);
    assertTrue(attachments.find(failed.key()).isEmpty());
    assertEquals(1, kernel.routes.size());
  }

  @Test
  void point75ParallelAddsAndLateDelsOfTheSameAddressKeepTheInvariant() throws Exception {
    try (ExecutorService pool = Executors.newFixedThreadPool(8)) {
      List<Callable<Boolean>> calls = new ArrayList<>();
      for (int i = 0; i < 40; i++) {
        Attachment old = attachment("old" + i, "10.0.0." + i % 4);
        Attachment next = attachment("new" + i, "10.0.0." + i % 4);
        attachments.attach(old, Instant.now(), BOUND);
        calls.add(() -> attachments.attach(next, Instant.now(), BOUND));
        calls.add(() -> {
          attachments.detach(old.key(), BOUND);
          return true;
        });
      }
      for (Future<Boolean> done : pool.invokeAll(calls)) {
        assertTrue(done.get());
      }
    }
    assertEquals(4, kernel.routes.size(), "every address still has an owner");
  }

  @Test
  void point76WhoWaitsTooLongForTheLockGetsAnError() throws Exception {
    Path stateDir = directory.resolve("azwg");
    try (StateLock _ = StateLock.acquire(new JnaLibc(), stateDir, BOUND)) {
      assertThrows(
          LockTimeoutException.class,
          () -> attachments.detach(new AttachmentKey("c1", "eth0"), Duration.ofMillis(50)));
    }
    attachments.detach(new AttachmentKey("c1", "eth0"), BOUND);
  }

  private Attachments attachments(Path stateDir) {
    Journal journal =
        new Journal(OutputStream.nullOutputStream(), LogLevel.ERROR, Optional.empty(), "test");
    return new Attachments(new JnaLibc(), kernel, journal, stateDir, 51820);
  }

  private static Attachment attachment(String containerId, String address) throws Exception {
    return new Attachment(
        new AttachmentKey(containerId, "eth0"),
        "/run/netns/none",
        "azure",
        List.of(IpPrefix.ofHost(address)),
        Optional.empty(),
        Instant.now());
  }
}
