package dev.azwg.netlink.route;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.azwg.netlink.NetlinkException;
import dev.azwg.netlink.NetlinkMessage;
import java.util.List;
import org.junit.jupiter.api.Tag;

/**
 * A datagram of any bytes from rtnetlink: decoded, or MALFORMED; nothing else comes out of received
 * bytes.
 */
@Tag("fuzz")
class RouteMessagesFuzzTest {
  @FuzzTest(maxDuration = "5s")
  void aDatagramIsDecodedOrMalformed(byte[] datagram) {
    List<NetlinkMessage> messages;
    try {
      messages = NetlinkMessage.parse("fuzz", datagram);
    } catch (NetlinkException e) {
      assertEquals(NetlinkException.Reason.MALFORMED, e.reason());
      return;
    }
    for (NetlinkMessage message : messages) {
      decode(() -> LinkCodec.decode(message));
      decode(() -> RouteCodec.decode(message));
      decode(() -> RuleCodec.decode(message));
      decode(() -> AddressCodec.decode(message));
      decode(() -> NetconfCodec.decode(message));
    }
  }

  private interface Decoder {
    Object decode() throws NetlinkException;
  }

  private static void decode(Decoder decoder) {
    try {
      assertEquals(false, decoder.decode().toString().isEmpty());
    } catch (NetlinkException e) {
      assertEquals(NetlinkException.Reason.MALFORMED, e.reason());
    }
  }
}
