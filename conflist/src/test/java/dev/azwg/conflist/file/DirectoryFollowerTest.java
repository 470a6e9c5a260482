package dev.azwg.conflist.file;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.ClosedWatchServiceException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DirectoryFollowerTest {
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final Duration QUIET = Duration.ofMillis(50);

  @TempDir Path temporary;

  @Test
  void changesInsideAreTold() throws Exception {
    Path directory = Files.createDirectory(temporary.resolve("a"));
    try (DirectoryFollower follower = DirectoryFollower.of(List.of(directory))) {
      assertFalse(follower.await(QUIET));
      Files.writeString(directory.resolve("f"), "x");
      assertTrue(follower.await(PATIENCE));
      while (follower.await(QUIET)) {
        // Creating and writing are two events.
      }
      Files.move(directory.resolve("f"), directory.resolve("g"));
      assertTrue(follower.await(PATIENCE));
      while (follower.await(QUIET)) {
        // Gone and come are two events.
      }
      Files.delete(directory.resolve("g"));
      assertTrue(follower.await(PATIENCE));
    }
  }

  @Test
  void aDirectoryThatIsNotThereYetIsAwaited() throws Exception {
    Path directory = temporary.resolve("a/b/c");
    try (DirectoryFollower follower = DirectoryFollower.of(List.of(directory))) {
      Files.writeString(temporary.resolve("other"), "x");
      assertFalse(follower.await(QUIET), "only an ancestor has changed");
      Files.createDirectories(directory);
      assertTrue(follower.await(PATIENCE));
      while (follower.await(QUIET)) {
        // The directory has come.
      }
      Files.writeString(directory.resolve("f"), "x");
      assertTrue(follower.await(PATIENCE));
    }
  }

  @Test
  void aDirectoryThatIsReplacedIsFollowedOn() throws Exception {
    Path directory = Files.createDirectory(temporary.resolve("a"));
    try (DirectoryFollower follower = DirectoryFollower.of(List.of(directory))) {
      Files.move(directory, temporary.resolve("old"));
      Files.createDirectory(directory);
      assertTrue(follower.await(PATIENCE));
      while (follower.await(QUIET)) {
        // All that has been.
      }
      Files.writeString(directory.resolve("f"), "x");
      assertTrue(follower.await(PATIENCE));
      Files.delete(directory.resolve("f"));
      Files.delete(directory);
      assertTrue(follower.await(PATIENCE));
      while (follower.await(QUIET)) {
        // All that has been.
      }
      Files.createDirectory(directory);
      assertTrue(follower.await(PATIENCE));
    }
  }

  @Test
  void closingEndsAWait() throws Exception {
    DirectoryFollower follower = DirectoryFollower.of(List.of(temporary));
    CompletableFuture<Boolean> waiting =
        CompletableFuture.supplyAsync(() -> {
          assertThrows(ClosedWatchServiceException.class, () -> follower.await(PATIENCE));
          return true;
        });
    follower.close();
    assertTrue(waiting.get(PATIENCE.toSeconds(), TimeUnit.SECONDS));
  }
}
