package dev.azwg.wg.watcher;

import static dev.azwg.wg.mesh.MeshFixtures.EPOCH;
import static dev.azwg.wg.mesh.MeshFixtures.NOW;
import static dev.azwg.wg.mesh.MeshFixtures.address;
import static dev.azwg.wg.mesh.MeshFixtures.claim;
import static dev.azwg.wg.mesh.MeshFixtures.key;
import static dev.azwg.wg.mesh.MeshFixtures.node;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.azwg.wg.datastore.DatastoreException;
import dev.azwg.wg.datastore.DirectoryDatastore;
import dev.azwg.wg.host.Underlay;
import dev.azwg.wg.mesh.Claim;
import dev.azwg.wg.mesh.PeerRecord;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OwnRecordTest {
  private static final Underlay UNDERLAY = new Underlay(2, 1500, List.of(address("10.240.0.5")));

  @TempDir private Path directory = Path.of("");

  private DirectoryDatastore datastore() {
    return new DirectoryDatastore(directory, InstantSource.system());
  }

  private static OwnRecord record(DirectoryDatastore datastore) {
    return new OwnRecord(
        "a", Optional.of(key(2)), 51820, true, List.of(), datastore, InstantSource.fixed(NOW));
  }

  @Test
  void isWrittenOnceAndAgainWhenItDiffers() throws IOException {
    DirectoryDatastore datastore = datastore();
    OwnRecord own = record(datastore);
    own.seen(datastore.read());
    assertTrue(publishes(own, List.of()));
    assertFalse(publishes(own, List.of()));
    assertTrue(publishes(own, List.of(claim("10.240.2.10", 1))));
    PeerRecord published = datastore.read().record("a").orElseThrow();
    assertEquals(NOW, published.keySince());
    assertEquals(List.of(claim("10.240.2.10", 1)), published.claims());
  }

  @Test
  void aKeyThatWasPublishedBeforeKeepsItsDate() throws IOException {
    DirectoryDatastore datastore = datastore();
    var _ = datastore.publish(node("a", 2, "10.240.0.5"));
    OwnRecord own = record(datastore);
    own.seen(datastore.read());
    var _ = own.publish(UNDERLAY, 1340, List.of(claim("10.240.2.10", 1)));
    assertEquals(EPOCH, datastore.read().record("a").map(PeerRecord::keySince).orElseThrow());
  }

  @Test
  void aNewKeyGetsANewDate() throws IOException {
    DirectoryDatastore datastore = datastore();
    var _ = datastore.publish(node("a", 9, "10.240.0.5"));
    OwnRecord own = record(datastore);
    own.seen(datastore.read());
    var _ = own.publish(UNDERLAY, 1340, List.of());
    PeerRecord published = datastore.read().record("a").orElseThrow();
    assertEquals(Optional.of(key(2)), published.publicKey());
    assertEquals(NOW, published.keySince());
  }

  @Test
  void aRecordThatSomebodyTookAwayIsPublishedAnew() throws IOException {
    DirectoryDatastore datastore = datastore();
    var _ = datastore.publish(node("b", 3, "10.240.0.6"));
    OwnRecord own = record(datastore);
    own.seen(datastore.read());
    var _ = own.publish(UNDERLAY, 1340, List.of());
    own.seen(datastore.read());
    datastore.withdraw("a");
    own.seen(datastore.read());
    assertTrue(publishes(own, List.of()));
  }

  @Test
  void aDatastoreThatLosesEveryRecordAtOnceIsNotBelieved() throws IOException {
    DirectoryDatastore datastore = datastore();
    var _ = datastore.publish(node("b", 3, "10.240.0.6"));
    OwnRecord own = record(datastore);
    own.seen(datastore.read());
    var _ = own.publish(UNDERLAY, 1340, List.of());
    own.seen(datastore.read());
    datastore.withdraw("a");
    datastore.withdraw("b");
    DatastoreException lost =
        assertThrows(DatastoreException.class, () -> own.seen(datastore.read()));
    assertEquals(DatastoreException.Reason.UNAVAILABLE, lost.reason());
  }

  private static boolean publishes(OwnRecord own, List<Claim> claims) throws DatastoreException {
    long before = own.submissions();
    own.publish(UNDERLAY, 1340, claims).join();
    return own.submissions() != before;
  }
}
