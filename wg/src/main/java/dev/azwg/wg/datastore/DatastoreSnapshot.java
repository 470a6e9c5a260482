package dev.azwg.wg.datastore;

import dev.azwg.wg.mesh.PeerRecord;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * All records at one moment.
 *
 * @param revision equal for two snapshots of one datastore exactly when nothing changed between
 *     them
 * @param records the records that could be read, by node name
 * @param rejected the records that could not be followed, each with the reason
 */
public record DatastoreSnapshot(long revision, List<PeerRecord> records, List<Rejected> rejected) {
  /**
   * A record that was passed over.
   *
   * @param source where it was found
   * @param reason why it could not be followed
   */
  public record Rejected(String source, String reason) {
    public Rejected {
      Objects.requireNonNull(source);
      Objects.requireNonNull(reason);
    }
  }

  public DatastoreSnapshot {
    records = List.copyOf(records);
    rejected = List.copyOf(rejected);
  }

  /** The record of one node. */
  public Optional<PeerRecord> record(String node) {
    return records.stream().filter(record -> record.node().equals(node)).findFirst();
  }
}
