package dev.azwg.wg.device.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.azwg.netlink.AttributeReader;
import dev.azwg.netlink.NetlinkException;
import org.junit.jupiter.api.Tag;

/** Attributes of any bytes of the kernel's WireGuard: decoded, or MALFORMED. */
@Tag("fuzz")
class GetDeviceDecoderFuzzTest {
  @FuzzTest(maxDuration = "5s")
  void attributesAreDecodedOrMalformed(byte[] attributes) {
    try {
      GetDeviceDecoder.decode(AttributeReader.of("fuzz", attributes));
    } catch (NetlinkException e) {
      assertEquals(NetlinkException.Reason.MALFORMED, e.reason());
    }
  }
}
