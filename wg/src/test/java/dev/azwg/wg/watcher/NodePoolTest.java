package dev.azwg.wg.watcher;

import static dev.azwg.wg.mesh.MeshFixtures.NOW;
import static dev.azwg.wg.mesh.MeshFixtures.prefix;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.azwg.ipam.address.PrefixSet;
import dev.azwg.ipam.pool.AddressPool;
import dev.azwg.ipam.pool.PoolException;
import dev.azwg.wg.pool.PoolSource;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class NodePoolTest {
  private static final PrefixSet BEFORE = PrefixSet.of(List.of(prefix("10.244.1.0/24")));
  private static final PrefixSet NEW = PrefixSet.of(List.of(prefix("10.244.2.0/24")));

  private final InstantSource clock = InstantSource.fixed(NOW);
  private final Log log =
      new Log(
          new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8),
          clock,
          Log.Level.ERROR);

  /** A source that is told what to answer. */
  private static final class Told implements PoolSource {
    private final boolean later;
    private Optional<PrefixSet> answer = Optional.empty();

    Told(boolean later) {
      this.later = later;
    }

    @Override
    public String name() {
      return "told";
    }

    @Override
    public AddressPool read(List<InetAddress> nodeAddresses) throws PoolException {
      return new AddressPool(
          answer.orElseThrow(
              () -> new PoolException(PoolException.Reason.UNAVAILABLE, "told", "nothing", null)),
          List.of());
    }

    @Override
    public void watch(Runnable changed) {
      // Nothing changes unasked.
    }

    @Override
    public boolean answersLater() {
      return later;
    }

    @Override
    public void close() {
      // Nothing is open.
    }
  }

  @Test
  void untilAServerAnswersARestartTakesNothingBack() {
    Told server = new Told(true);
    NodePool pool = new NodePool(Optional.of(server), new StatusBoard(clock, log), log);
    pool.refresh(List.of());
    assertEquals(BEFORE, pool.claimable(() -> BEFORE));
    server.answer = Optional.of(NEW);
    pool.refresh(List.of());
    assertEquals(NEW, pool.claimable(() -> BEFORE));
    server.answer = Optional.empty();
    pool.refresh(List.of());
    assertEquals(NEW, pool.claimable(() -> BEFORE), "what was known holds");
  }

  /** As after a reboot: the claims of the record are those of a node that is gone. */
  @Test
  void aFileThatIsNotThereHasNothingToWaitFor() {
    NodePool pool = new NodePool(Optional.of(new Told(false)), new StatusBoard(clock, log), log);
    pool.refresh(List.of());
    assertEquals(PrefixSet.EMPTY, pool.claimable(() -> BEFORE));
  }

  @Test
  void withoutASourceThereIsNoPool() {
    NodePool pool = new NodePool(Optional.empty(), new StatusBoard(clock, log), log);
    assertEquals(PrefixSet.EMPTY, pool.claimable(() -> BEFORE));
  }
}
