package dev.azwg.wg.datastore;

import static dev.azwg.wg.mesh.MeshFixtures.claim;
import static dev.azwg.wg.mesh.MeshFixtures.node;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.azwg.wg.mesh.PeerRecord;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DirectoryDatastoreTest {
  private static final PeerRecord A = node("a", 2, "10.240.0.5", claim("10.240.2.10", 1));
  private static final PeerRecord B = node("b", 3, "10.240.0.6");

  @TempDir private Path directory = Path.of("");
  private DirectoryDatastore writer = new DirectoryDatastore(directory, InstantSource.system());
  private DirectoryDatastore reader = writer;

  @BeforeEach
  void open() {
    writer = new DirectoryDatastore(directory, InstantSource.system());
    reader = new DirectoryDatastore(directory, InstantSource.system());
  }

  @AfterEach
  void close() {
    writer.close();
    reader.close();
  }

  @Test
  void whatOnePublishesEveryoneReads() throws IOException {
    writer.publish(B).join();
    writer.publish(A).join();
    assertEquals(List.of(A, B), reader.read().records());
    assertEquals(A, reader.read().record("a").orElseThrow());
  }

  @Test
  void theRevisionChangesExactlyWithTheContent() throws IOException {
    writer.publish(A).join();
    long first = reader.read().revision();
    writer.publish(A).join();
    assertEquals(first, reader.read().revision());
    PeerRecord changed = node("a", 2, "10.240.0.5");
    writer.publish(changed).join();
    DatastoreSnapshot second = reader.read();
    assertNotEquals(first, second.revision());
    assertEquals(List.of(changed), second.records());
    writer.withdraw("a");
    assertNotEquals(second.revision(), reader.read().revision());
    assertEquals(List.of(), reader.read().records());
  }

  @Test
  void everyOneOfManyFastChangesIsSeen() throws IOException {
    for (int i = 0; i < 500; i++) {
      // Same length each time: size alone would not tell.
      PeerRecord next = node("a", 2, "10.240.0.5", claim("10.240.2.10", 100 + i));
      writer.publish(next).join();
      assertEquals(List.of(next), reader.read().records(), "change " + i);
    }
  }

  @Test
  void foreignAndBrokenFilesAreReportedAndTheRestIsRead() throws IOException {
    writer.publish(A).join();
    Files.writeString(directory.resolve("broken.json"), "{");
    Files.copy(directory.resolve("a.json"), directory.resolve("c.json"));
    Files.writeString(directory.resolve("notes.txt"), "not ours");
    Files.writeString(directory.resolve(".b.tmp"), "half");
    Files.createSymbolicLink(directory.resolve("link.json"), directory.resolve("a.json"));
    Files.createDirectory(directory.resolve("folder.json"));
    DatastoreSnapshot snapshot = reader.read();
    assertEquals(List.of(A), snapshot.records());
    assertEquals(
        List.of("broken.json", "c.json", "folder.json", "link.json"),
        snapshot.rejected().stream()
            .map(each -> String.valueOf(Path.of(each.source()).getFileName()))
            .toList());
  }

  @Test
  void aRecordThatBreaksKeepsWhatItSaidLastAndIsReported() throws Exception {
    writer.publish(A).join();
    reader.read();
    Files.writeString(directory.resolve("a.json"), "{broken");
    DatastoreSnapshot snapshot = reader.read();
    assertEquals(List.of(A), snapshot.records());
    assertEquals(1, snapshot.rejected().size());
    Files.delete(directory.resolve("a.json"));
    assertEquals(List.of(), reader.read().records());
  }

  @Test
  void aFifoDoesNotHangTheReader() throws Exception {
    writer.publish(A).join();
    int made =
        new ProcessBuilder("mkfifo", directory.resolve("z.json").toString()).start().waitFor();
    assertEquals(0, made);
    assertEquals(List.of(A), reader.read().records());
    assertEquals(1, reader.read().rejected().size());
  }

  @Test
  void aFolderThatIsGoneIsAnErrorAndNotAnEmptyMesh() throws IOException {
    writer.publish(A).join();
    reader.read();
    Files.delete(directory.resolve("a.json"));
    Files.delete(directory);
    DatastoreException gone = assertThrows(DatastoreException.class, reader::read);
    assertEquals(DatastoreException.Reason.UNAVAILABLE, gone.reason());
    DatastoreException refused = assertThrows(DatastoreException.class, () -> writer.publish(A));
    assertEquals(DatastoreException.Reason.NOT_PUBLISHED, refused.reason());
    Files.createDirectory(directory);
  }

  @Test
  void aNameThatIsNoNodeNameIsNeverAPath() {
    assertThrows(DatastoreException.class, () -> writer.withdraw("../a"));
  }

  @Test
  void watchersAreToldOfEachKindOfChange() throws Exception {
    Semaphore told = new Semaphore(0);
    reader.watch(told::release);
    writer.publish(A).join();
    assertTrue(told.tryAcquire(5, TimeUnit.SECONDS), "not told of a new record");
    reader.read();
    told.drainPermits();
    writer.withdraw("a");
    assertTrue(told.tryAcquire(5, TimeUnit.SECONDS), "not told of a record that went");
    reader.close();
  }
}
