package dev.azwg.ipam.watcher;

import com.code_intelligence.jazzer.junit.FuzzTest;
import org.junit.jupiter.api.Tag;

/** A line of any bytes on the socket, from either side: read, or a WatcherException. */
@Tag("fuzz")
class WatcherCodecFuzzTest {
  @FuzzTest(maxDuration = "5s")
  void aLineIsReadOrRefused(byte[] line) {
    try {
      WatcherCodec.decodeRequest(line);
    } catch (WatcherException refused) {
      // That is the other answer, here and below.
    }
    try {
      WatcherCodec.decodePublishAnswer(line);
    } catch (WatcherException refused) {
      // As above.
    }
    try {
      WatcherCodec.decodeStatus(line);
    } catch (WatcherException refused) {
      // As above.
    }
  }
}
