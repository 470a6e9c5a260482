package dev.azwg.ipam.ledger;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;

/**
 * An attachment file of any bytes: a LedgerException, or an attachment that survives being written.
 */
@Tag("fuzz")
class AttachmentCodecFuzzTest {
  @FuzzTest(maxDuration = "5s")
  void whatIsReadIsWrittenAndReadAsTheSame(byte[] content) {
    Path file = Path.of("c1-eth0.json");
    try {
      Attachment attachment = AttachmentCodec.decode(content, file);
      assertEquals(attachment, AttachmentCodec.decode(AttachmentCodec.encode(attachment), file));
    } catch (LedgerException refused) {
      // That is the other answer.
    }
  }
}
