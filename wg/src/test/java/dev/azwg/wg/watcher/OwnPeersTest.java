package dev.azwg.wg.watcher;

import static dev.azwg.wg.mesh.MeshFixtures.key;
import static dev.azwg.wg.mesh.MeshFixtures.prefix;
import static dev.azwg.wg.mesh.MeshFixtures.prefixes;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.azwg.ipam.address.IpPrefix;
import dev.azwg.wg.device.Peer;
import dev.azwg.wg.key.PublicKey;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OwnPeersTest {
  private static final Set<IpPrefix> MESH = Set.of(prefix("10.1.0.1"), prefix("10.1.0.2"));
  private static final Set<PublicKey> NONE = Set.of();

  private final Log log =
      new Log(
          new PrintStream(OutputStream.nullOutputStream()),
          InstantSource.system(),
          Log.Level.DEBUG);

  @TempDir private Path directory = Path.of("");

  private Path path() {
    return directory.resolve("own-peers");
  }

  private OwnPeers fresh() {
    return new OwnPeers(new OwnPeersFile(path()), log);
  }

  private Optional<Set<PublicKey>> written() throws IOException {
    return new OwnPeersFile(path()).read();
  }

  private static Peer peer(int key, String... allowedIps) {
    return Peer.unseen(key(key), Optional.empty(), prefixes(allowedIps), 0);
  }

  @Test
  void aKeyIsWrittenBeforeItIsAddedAndStruckOutAfterItIsRemoved() throws Exception {
    OwnPeers peers = fresh();
    peers.know(List.of(), NONE, MESH);
    peers.adding(Set.of(key(2)));
    assertEquals(Optional.of(Set.of(key(2))), written());
    peers.keeping(Set.of(key(2)));

    peers.adding(Set.of(key(3)));
    assertEquals(Optional.of(Set.of(key(2), key(3))), written(), "key 2 is still on the device");
    // Killed here: both are on the device, and both are ours.
    OwnPeers next = fresh();
    next.know(List.of(peer(2), peer(3)), NONE, MESH);
    assertEquals(List.of(), next.foreign(List.of(peer(2), peer(3))));

    peers.keeping(Set.of(key(3)));
    assertEquals(Optional.of(Set.of(key(3))), written());
    assertFalse(peers.isOurs(key(2)));
  }

  @Test
  void whereNothingIsRememberedThoseAreOursThatARecordNamesOrThatHaveOnlyTheMeshsAddresses() {
    OwnPeers peers = fresh();
    List<Peer> observed =
        List.of(
            peer(2, "10.9.0.1"),
            peer(3, "10.1.0.1", "10.1.0.2"),
            peer(4, "10.1.0.1", "10.9.0.2"),
            peer(5));
    peers.know(observed, Set.of(key(2)), MESH);
    assertEquals(
        List.of(key(4), key(5)), peers.foreign(observed).stream().map(Peer::publicKey).toList());
  }

  @Test
  void anEmptyMemoryIsNotNone() throws Exception {
    OwnPeers peers = fresh();
    peers.know(List.of(), NONE, MESH);
    peers.adding(NONE);
    assertEquals(Optional.of(Set.of()), written());
    OwnPeers next = fresh();
    next.know(List.of(peer(3, "10.1.0.1")), NONE, MESH);
    assertFalse(next.isOurs(key(3)), "nothing was ours, and now there is a peer");
  }

  @Test
  void aChangeOfAddressesOnlyWritesNothing() throws Exception {
    OwnPeers peers = fresh();
    peers.know(List.of(), NONE, MESH);
    peers.adding(Set.of(key(2), key(3)));
    peers.keeping(Set.of(key(2), key(3)));
    Files.setLastModifiedTime(path(), FileTime.fromMillis(1000));
    for (int i = 0; i < 3; i++) {
      peers.adding(Set.of(key(2), key(3)));
      peers.keeping(Set.of(key(2), key(3)));
    }
    assertEquals(1000, Files.getLastModifiedTime(path()).toMillis());
  }

  @Test
  void whatCannotBeWrittenIsWrittenNextTime() throws Exception {
    // No file can take the place of a folder.
    Files.createDirectories(path().resolve("in the way"));
    OwnPeers peers = fresh();
    peers.know(List.of(), NONE, MESH);
    peers.adding(Set.of(key(2)));
    assertTrue(peers.isOurs(key(2)));
    Files.delete(path().resolve("in the way"));
    Files.delete(path());
    peers.keeping(Set.of(key(2)));
    assertEquals(Optional.of(Set.of(key(2))), written());
  }
}
