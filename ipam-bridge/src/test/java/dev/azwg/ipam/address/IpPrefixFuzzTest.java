package dev.azwg.ipam.address;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Tag;

/** An address of any text: an AddressException, or a prefix whose text means the same. */
@Tag("fuzz")
class IpPrefixFuzzTest {
  @FuzzTest(maxDuration = "5s")
  void whatIsReadIsPrintedAndReadAsTheSame(byte[] bytes) {
    String text = new String(bytes, StandardCharsets.UTF_8);
    try {
      IpPrefix host = IpPrefix.hostOfCidr(text);
      assertEquals(host, IpPrefix.parse(host.toString()));
    } catch (AddressException refused) {
      // That is the other answer, here and below.
    }
    try {
      IpPrefix prefix = IpPrefix.parse(text);
      assertEquals(prefix, IpPrefix.parse(prefix.toString()));
    } catch (AddressException refused) {
      // As above.
    }
  }
}
