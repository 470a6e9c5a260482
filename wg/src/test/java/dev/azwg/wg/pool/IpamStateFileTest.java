package dev.azwg.wg.pool;

import static dev.azwg.wg.mesh.MeshFixtures.address;
import static dev.azwg.wg.mesh.MeshFixtures.prefixes;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.azwg.ipam.address.PrefixSet;
import dev.azwg.ipam.pool.PoolException;
import dev.azwg.ipam.pool.PoolException.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class IpamStateFileTest {
  @TempDir private Path directory = Path.of("");

  private Reason reason(IpamStateFile source) {
    return assertThrows(PoolException.class, () -> source.read(List.of())).reason();
  }

  @Test
  void theFileIsReadAsItIsNow() throws IOException {
    Path file = directory.resolve("azure-vnet-ipam.json");
    try (IpamStateFile source = new IpamStateFile(file)) {
      assertEquals(Reason.UNAVAILABLE, reason(source));
      IpamStateText.write(file, "10.240.0.0/16", "10.240.0.4", "10.240.0.36");
      assertEquals(
          PrefixSet.of(prefixes("10.240.0.36")),
          source.read(List.of(address("10.240.0.4"))).prefixes());
      Files.write(file, new byte[2_000_000]);
      assertEquals(Reason.TOO_LARGE, reason(source));
    }
  }

  @Test
  void whatIsNoFileIsNotOpened() {
    try (IpamStateFile source = new IpamStateFile(directory)) {
      assertEquals(Reason.UNAVAILABLE, reason(source));
    }
  }

  @Test
  void aChangeIsToldAndOneOfAnotherFileIsNot() throws Exception {
    Path file = directory.resolve("azure-vnet-ipam.json");
    Semaphore told = new Semaphore(0);
    try (IpamStateFile source = new IpamStateFile(file)) {
      source.watch(told::release);
      IpamStateText.write(file, "10.240.0.0/16", "10.240.0.36");
      assertTrue(told.tryAcquire(30, TimeUnit.SECONDS), "made");
      told.drainPermits();
      for (int i = 0; i < 10; i++) {
        Files.writeString(directory.resolve("other" + i), "x");
      }
      IpamStateText.write(file, "10.240.0.0/16", "10.240.0.36", "10.240.0.37");
      assertTrue(told.tryAcquire(30, TimeUnit.SECONDS), "renamed over");
      // The events of the other files were ahead of this one.
      assertEquals(0, told.availablePermits());
      Files.delete(file);
      assertTrue(told.tryAcquire(30, TimeUnit.SECONDS), "deleted");
    }
  }
}
