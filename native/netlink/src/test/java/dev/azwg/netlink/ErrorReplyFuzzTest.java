package dev.azwg.netlink;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.code_intelligence.jazzer.junit.FuzzTest;
import org.junit.jupiter.api.Tag;

/**
 * An error or the end of a dump of any bytes, extended acknowledgement included: decoded, or
 * MALFORMED.
 */
@Tag("fuzz")
class ErrorReplyFuzzTest {
  @FuzzTest(maxDuration = "5s")
  void anErrorIsDecodedOrMalformed(byte[] datagram) {
    try {
      for (NetlinkMessage message : NetlinkMessage.parse("fuzz", datagram)) {
        ErrorReply reply = ErrorReply.of(message);
        assertEquals(false, reply.toString().isEmpty());
      }
    } catch (NetlinkException e) {
      assertEquals(NetlinkException.Reason.MALFORMED, e.reason());
    }
  }
}
