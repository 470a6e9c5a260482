package dev.azwg.netlink.route;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.azwg.netlink.NetlinkException;
import dev.azwg.netlink.NetlinkMessage;
import java.util.HexFormat;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

/** Messages as a kernel (6.12, little endian) sent them. */
class NetconfCodecTest {
  private static Netconf decode(String hex) throws NetlinkException {
    byte[] datagram = HexFormat.of().parseHex(hex.replace(" ", ""));
    return NetconfCodec.decode(NetlinkMessage.parse("recorded", datagram).getFirst());
  }

  @Test
  void oneParameterOfOneInterface() throws Exception {
    assertEquals(
        new Netconf(5, OptionalInt.of(1)),
        decode(
            "24000000 5000 0000 00000000 00000000 02000000 08000100 05000000 08000300 01000000"));
  }

  @Test
  void anotherParameterOfAllInterfaces() throws Exception {
    assertEquals(
        new Netconf(Netconf.ALL, OptionalInt.empty()),
        decode(
            "24000000 5000 0000 00000000 00000000 02000000 08000100 ffffffff 08000200 01000000"));
  }

  @Test
  void withoutInterfaceItIsMalformed() {
    NetlinkException e =
        assertThrows(
            NetlinkException.class,
            () -> decode("1c000000 5000 0000 00000000 00000000 02000000 08000300 01000000"));
    assertEquals(NetlinkException.Reason.MALFORMED, e.reason());
  }

  @Test
  void aParameterOfAnotherLengthIsMalformed() {
    NetlinkException e =
        assertThrows(
            NetlinkException.class,
            () ->
                decode(
                    "22000000 5000 0000 00000000 00000000 02000000 08000100 05000000"
                        + " 06000300 0100"));
    assertEquals(NetlinkException.Reason.MALFORMED, e.reason());
  }
}
