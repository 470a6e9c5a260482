package dev.azwg.wg.watcher;

import static dev.azwg.wg.mesh.MeshFixtures.EPOCH;
import static dev.azwg.wg.mesh.MeshFixtures.NOW;
import static dev.azwg.wg.mesh.MeshFixtures.address;
import static dev.azwg.wg.mesh.MeshFixtures.node;
import static dev.azwg.wg.mesh.MeshFixtures.prefix;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.azwg.ipam.address.IpPrefix;
import dev.azwg.ipam.address.PrefixSet;
import dev.azwg.ipam.ledger.Attachment;
import dev.azwg.ipam.ledger.AttachmentKey;
import dev.azwg.ipam.ledger.Ledger;
import dev.azwg.wg.datastore.Datastore;
import dev.azwg.wg.datastore.DatastoreException;
import dev.azwg.wg.datastore.DatastoreSnapshot;
import dev.azwg.wg.datastore.DirectoryDatastore;
import dev.azwg.wg.host.Underlay;
import dev.azwg.wg.mesh.MeshFixtures;
import dev.azwg.wg.mesh.PeerRecord;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How often a node writes to the datastore for pods that come and go one by one. */
class PoolWritesTest {
  private static final int ADDS = 1000;
  private static final Underlay UNDERLAY = new Underlay(2, 1500, List.of(address("10.240.0.4")));

  @TempDir private Path directory = Path.of("");

  private static final class Counting implements Datastore {
    private final Datastore real;
    private int writes;

    Counting(Datastore real) {
      this.real = real;
    }

    @Override
    public DatastoreSnapshot read() throws DatastoreException {
      return real.read();
    }

    @Override
    public void watch(Runnable changed) throws DatastoreException {
      real.watch(changed);
    }

    @Override
    public CompletableFuture<Void> publish(PeerRecord own) throws DatastoreException {
      writes++;
      return real.publish(own);
    }

    @Override
    public void withdraw(String node) throws DatastoreException {
      real.withdraw(node);
    }

    @Override
    public void close() {
      real.close();
    }
  }

  /** The pods of a node that has 250 of them at most, each address used again four times. */
  private static IpPrefix pod(int number) {
    return prefix("10.244.1." + (1 + number % 250));
  }

  /**
   * Adds pods as the reconciler sees it: the ledger has one more file, the claims are made anew,
   * and published if they are different. A pod goes as soon as its address is needed again.
   *
   * @return writes to the datastore for the pods alone
   */
  private int writesFor(PrefixSet pool) throws IOException {
    Ledger ledger = new Ledger(directory.resolve("state"));
    LedgerMemory memory = new LedgerMemory(ledger);
    Files.createDirectories(directory.resolve("peers"));
    try (Counting datastore =
        new Counting(new DirectoryDatastore(directory.resolve("peers"), InstantSource.system()))) {
      datastore.real.publish(node("b", 3, "10.240.0.5")).join();
      OwnRecord own =
          new OwnRecord(
              "a",
              Optional.of(MeshFixtures.key(2)),
              51820,
              true,
              List.of(),
              datastore,
              InstantSource.fixed(NOW));
      publish(own, datastore, pool, memory);
      int before = datastore.writes;
      for (int i = 0; i < ADDS; i++) {
        if (i >= 250) {
          ledger.remove(key("c" + (i - 250)));
        }
        ledger.write(
            new Attachment(
                key("c" + i),
                "/run/netns/" + i,
                "azure",
                List.of(pod(i)),
                Optional.empty(),
                EPOCH.plusSeconds(i)));
        publish(own, datastore, pool, memory);
      }
      return datastore.writes - before;
    }
  }

  private static AttachmentKey key(String container) {
    return new AttachmentKey(container, "eth0");
  }

  private static void publish(
      OwnRecord own, Datastore datastore, PrefixSet pool, LedgerMemory ledger) throws IOException {
    own.seen(datastore.read());
    NodeClaims claims = own.claims(pool, UNDERLAY.addresses(), OwnClaims.of(ledger.read()));
    own.publish(UNDERLAY, 1340, claims.published()).join();
  }

  @Test
  void withoutAPoolEachPodIsAWrite() throws IOException {
    int writes = writesFor(PrefixSet.EMPTY);
    System.err.println("writes for " + ADDS + " ADDs without a pool: " + writes);
    assertEquals(ADDS, writes);
  }

  @Test
  void withARangeNoPodIs() throws IOException {
    int writes = writesFor(PrefixSet.of(List.of(prefix("10.244.1.0/24"))));
    System.err.println("writes for " + ADDS + " ADDs with a range: " + writes);
    assertEquals(0, writes);
  }

  @Test
  void withAPoolOfSingleAddressesNoPodIs() throws IOException {
    int writes =
        writesFor(PrefixSet.of(IntStream.range(0, 250).mapToObj(PoolWritesTest::pod).toList()));
    System.err.println("writes for " + ADDS + " ADDs with single addresses: " + writes);
    assertEquals(0, writes);
  }
}
