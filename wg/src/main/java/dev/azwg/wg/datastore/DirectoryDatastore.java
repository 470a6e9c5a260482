package dev.azwg.wg.datastore;

import dev.azwg.conflist.file.AtomicFile;
import dev.azwg.wg.datastore.DatastoreException.Reason;
import dev.azwg.wg.mesh.PeerRecord;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A datastore that is a folder with one file per node, {@code NODE.json}. Files appear by rename,
 * so a reader never sees half a record; a file is read again only when its identity has changed.
 */
public final class DirectoryDatastore implements Datastore {
  private static final String SUFFIX = ".json";

  // A record holds no secret, and other nodes may run as somebody else.
  private static final Set<PosixFilePermission> FILE_MODE =
      PosixFilePermissions.fromString("rw-r--r--");

  private record Version(@Nullable Object fileKey, FileTime modified, long size, boolean regular) {}

  /**
   * A file changed again within the granularity of its timestamps can keep time, size and, after
   * two renames, inode. What was read so soon after its last change is therefore read once more.
   */
  private static final Duration SETTLING = Duration.ofMillis(50);

  private record Entry(
      Version version, boolean settled, @Nullable PeerRecord record, String problem) {
    boolean sameContent(Entry other) {
      return Objects.equals(record, other.record) && problem.equals(other.problem);
    }
  }

  private final Path directory;
  private final InstantSource clock;
  private final Map<String, Entry> entries = new TreeMap<>();
  private final List<DirectoryWatch> watches = new ArrayList<>();
  private long revision;

  /**
   * A datastore in a folder; nothing is touched before it is used.
   *
   * @param directory must exist: a datastore that has gone away must not look like one without
   *     nodes
   * @param clock the clock that the folder's file system takes its timestamps from
   */
  public DirectoryDatastore(Path directory, InstantSource clock) {
    this.directory = Objects.requireNonNull(directory);
    this.clock = Objects.requireNonNull(clock);
  }

  @Override
  public synchronized DatastoreSnapshot read() throws DatastoreException {
    Map<String, Version> present = list();
    boolean changed = entries.keySet().retainAll(present.keySet());
    for (var file : present.entrySet()) {
      Entry known = entries.get(file.getKey());
      if (known == null || !known.settled() || !known.version().equals(file.getValue())) {
        Entry entry = load(file.getKey(), file.getValue(), known);
        if (entry == null) {
          entries.remove(file.getKey());
        } else {
          entries.put(file.getKey(), entry);
        }
        changed |= known == null || entry == null || !known.sameContent(entry);
      }
    }
    if (changed) {
      revision++;
    }
    return snapshot();
  }

  @Override
  public synchronized void watch(Runnable changed) throws DatastoreException {
    try {
      watches.add(DirectoryWatch.start(directory, changed));
    } catch (IOException e) {
      throw new DatastoreException(
          Reason.NOT_WATCHED, directory.toString(), String.valueOf(e.getMessage()), e);
    }
  }

  @Override
  public CompletableFuture<Void> publish(PeerRecord own) throws DatastoreException {
    Path file = file(own.node());
    PeerRecordJson.requireReadable(own, file.toString());
    try {
      AtomicFile.write(
          file, PeerRecordJson.encode(own), FILE_MODE, AtomicFile.Durability.CONTENT_AND_NAME);
      return CompletableFuture.completedFuture(null);
    } catch (IOException e) {
      throw new DatastoreException(
          Reason.NOT_PUBLISHED, file.toString(), String.valueOf(e.getMessage()), e);
    }
  }

  @Override
  public void withdraw(String node) throws DatastoreException {
    Path file = file(node);
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      throw new DatastoreException(
          Reason.NOT_PUBLISHED, file.toString(), String.valueOf(e.getMessage()), e);
    }
  }

  @Override
  public synchronized void close() {
    watches.forEach(DirectoryWatch::close);
    watches.clear();
  }

  private Path file(String node) throws DatastoreException {
    if (!NodeName.isValid(node)) {
      throw new DatastoreException(Reason.NOT_PUBLISHED, directory.toString(), "bad node name");
    }
    return directory.resolve(node + SUFFIX);
  }

  private Map<String, Version> list() throws DatastoreException {
    Map<String, Version> present = new TreeMap<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
      for (Path file : files) {
        String name = String.valueOf(file.getFileName());
        if (name.endsWith(SUFFIX) && !name.startsWith(".")) {
          version(file, present, name);
        }
      }
    } catch (DirectoryIteratorException e) {
      throw unavailable(Objects.requireNonNull(e.getCause()));
    } catch (IOException e) {
      throw unavailable(e);
    }
    return present;
  }

  private static void version(Path file, Map<String, Version> to, String name) throws IOException {
    try {
      BasicFileAttributes attributes =
          Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
      to.put(
          name,
          new Version(
              attributes.fileKey(),
              attributes.lastModifiedTime(),
              attributes.size(),
              attributes.isRegularFile()));
    } catch (NoSuchFileException e) {
      // Renamed over or deleted since it was listed: its successor is an event of its own.
    }
  }

  private DatastoreException unavailable(IOException cause) {
    return new DatastoreException(
        Reason.UNAVAILABLE,
        directory.toString(),
        cause.getClass().getSimpleName() + ": " + cause.getMessage(),
        cause);
  }

  /**
   * Reads one file. What a node published last holds until it publishes something else that can be
   * followed, or takes its record away: a bad read must not tear its tunnel down.
   */
  private @Nullable Entry load(String name, Version version, @Nullable Entry known) {
    PeerRecord lastGood = known == null ? null : known.record();
    Path file = directory.resolve(name);
    boolean settled = version.modified().toInstant().plus(SETTLING).isBefore(clock.instant());
    if (!version.regular()) {
      // Opening a FIFO would wait for a writer for ever.
      return new Entry(version, settled, lastGood, "is not a regular file");
    }
    try (InputStream in = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS)) {
      byte[] document = in.readNBytes(PeerRecordJson.MAXIMUM_BYTES + 1);
      PeerRecord record = PeerRecordJson.decode(document, file.toString());
      if (!name.equals(record.node() + SUFFIX)) {
        return new Entry(
            version, settled, lastGood, "is the record of another node, " + record.node());
      }
      return new Entry(version, settled, record, "");
    } catch (NoSuchFileException e) {
      return null;
    } catch (IOException e) {
      return new Entry(version, settled, lastGood, String.valueOf(e.getMessage()));
    }
  }

  private DatastoreSnapshot snapshot() {
    List<PeerRecord> records = new ArrayList<>(entries.size());
    List<DatastoreSnapshot.Rejected> rejected = new ArrayList<>();
    entries.forEach((name, entry) -> {
      if (entry.record() != null) {
        records.add(entry.record());
      }
      if (!entry.problem().isEmpty()) {
        rejected.add(
            new DatastoreSnapshot.Rejected(directory.resolve(name).toString(), entry.problem()));
      }
    });
    return new DatastoreSnapshot(revision, records, rejected);
  }
}
