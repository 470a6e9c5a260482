package dev.azwg.wg.device.uapi;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;
import org.junit.jupiter.api.Tag;

/**
 * An answer of any bytes of a userspace WireGuard: read, or an exception of the layer; no key in
 * its text.
 */
@Tag("fuzz")
class UapiReaderFuzzTest {
  @FuzzTest(maxDuration = "5s")
  void anAnswerIsReadOrRefused(byte[] answer) {
    boolean[] taken = new boolean[1];
    UapiInput input =
        bytes -> {
          int length = taken[0] ? -1 : Math.min(bytes.length, answer.length);
          taken[0] = true;
          System.arraycopy(answer, 0, bytes, 0, Math.max(0, length));
          return length;
        };
    try {
      UapiAnswer<?> read = new UapiReader("azwg0", new UapiLines("azwg0", input)).device();
      assertEquals(false, read.toString().isEmpty());
    } catch (IOException refused) {
      // That is the other answer.
    }
  }
}
