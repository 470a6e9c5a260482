package dev.azwg.wg.datastore;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.azwg.wg.mesh.PeerRecord;
import org.junit.jupiter.api.Tag;

/** A peer record of any bytes: a DatastoreException, or a record that survives being written. */
@Tag("fuzz")
class PeerRecordJsonFuzzTest {
  @FuzzTest(maxDuration = "5s")
  void whatIsReadIsWrittenAndReadAsTheSame(byte[] document) {
    try {
      PeerRecord record = PeerRecordJson.decode(document, "fuzz");
      assertEquals(record, PeerRecordJson.decode(PeerRecordJson.encode(record), "fuzz"));
    } catch (DatastoreException refused) {
      // That is the other answer.
    }
  }
}
