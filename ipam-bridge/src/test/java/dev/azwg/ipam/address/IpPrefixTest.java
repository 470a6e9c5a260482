package dev.azwg.ipam.address;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.azwg.ipam.address.AddressException.Reason;
import java.net.InetAddress;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class IpPrefixTest {
  private static final long SEED = 5952;

  /** Canonical text, RFC 5952 section 4. */
  @ParameterizedTest
  @CsvSource({
    "10.244.3.27/32, 10.244.3.27/32",
    "0.0.0.0/0, 0.0.0.0/0",
    "10.244.0.0/16, 10.244.0.0/16",
    "::/0, ::/0",
    "::1/128, ::1/128",
    "0:0:0:0:0:0:0:0/128, ::/128",
    "2001:0db8::0001/128, 2001:db8::1/128",
    "2001:DB8:0:0:1:0:0:1/128, 2001:db8::1:0:0:1/128",
    "2001:db8:0:1:1:1:1:1/128, 2001:db8:0:1:1:1:1:1/128",
    "2001:0:0:1:0:0:0:1/128, 2001:0:0:1::1/128",
    "fd12:3456:789a:0:2:0:0:1b/128, fd12:3456:789a:0:2::1b/128",
    "1:2:3:4:5:6::/96, 1:2:3:4:5:6::/96",
    "::2:3:4:5:6:7:8/128, 0:2:3:4:5:6:7:8/128",
    "::ffff:10.244.3.27/128, 10.244.3.27/32",
    "::ffff:af4:31b/128, 10.244.3.27/32",
    "::ffff:10.244.0.0/112, 10.244.0.0/16",
    "64:ff9b::10.0.0.1/128, 64:ff9b::a00:1/128",
  })
  void readsAndWrites(String text, String canonical) throws AddressException {
    assertEquals(canonical, IpPrefix.parse(text).toString());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "''|NO_LENGTH",
        "10.0.0.1|NO_LENGTH",
        "/8|SYNTAX",
        "10.0.0.1/|LENGTH",
        "10.0.0.1/33|LENGTH",
        "10.0.0.1/-1|LENGTH",
        "10.0.0.1/+8|LENGTH",
        "10.0.0.1/032|LENGTH",
        "10.0.0.1/32 |'HOST'",
        "10.0.0.1/32/32|LENGTH",
        "10.0.0.1/255.0.0.0|LENGTH",
        "10.0.0.1/4294967328|LENGTH",
        "::/129|LENGTH",
        "::ffff:0.0.0.0/95|LENGTH",
        "10.0.0.1/31|HOST_BITS",
        "10.0.0.1/0|HOST_BITS",
        "fd00::1/64|HOST_BITS",
        "::ffff:10.244.3.27/112|HOST_BITS",
        "fe80::1%eth0/64|ZONE",
        "10.0.0.1%0/32|ZONE",
        "10.0.0/24|SYNTAX",
        "10/8|SYNTAX",
        "10.0.0.0.0/8|SYNTAX",
        "10.0.0./24|SYNTAX",
        ".10.0.0/24|SYNTAX",
        "10..0.0/24|SYNTAX",
        "010.0.0.1/32|SYNTAX",
        "10.0.0.00/32|SYNTAX",
        "10.0.0.256/32|SYNTAX",
        "10.0.0.1000/32|SYNTAX",
        "0x0a.0.0.1/32|SYNTAX",
        "10.0.0.+1/32|SYNTAX",
        "10.0.0.\u0661/32|SYNTAX",
        "localhost/32|SYNTAX",
        "a/32|SYNTAX",
        ":/128|SYNTAX",
        ":::/128|SYNTAX",
        "1::2::3/128|SYNTAX",
        "1:2:3:4:5:6:7/128|SYNTAX",
        "1:2:3:4:5:6:7:8:9/128|SYNTAX",
        "1:2:3:4:5:6:7::8/128|SYNTAX",
        "1:2:3:4:5:6:7:/128|SYNTAX",
        ":1:2:3:4:5:6:7/128|SYNTAX",
        "1:2:3:4:5:6:7:8::/128|SYNTAX",
        "12345::/128|SYNTAX",
        "g::/128|SYNTAX",
        "[::1]/128|SYNTAX",
        "::10.0.0/128|SYNTAX",
        "::10.0.0.1:1/128|SYNTAX",
        "1:2:3:4:5:6:7:10.0.0.1/128|SYNTAX",
        "10.0.0.1::/128|SYNTAX",
      })
  void refuses(String text, String reason) {
    if (reason.equals("HOST")) {
      text = text.trim() + ' ';
      reason = "LENGTH";
    }
    String given = text;
    assertEquals(
        Reason.valueOf(reason),
        assertThrows(AddressException.class, () -> IpPrefix.parse(given)).reason());
  }

  /** Against the JDK's parser, which shares no code with ours. */
  @Test
  void writesWhatAnotherParserReadsAsTheSameAddress() throws Exception {
    Random random = new Random(SEED);
    for (int i = 0; i < 20_000; i++) {
      byte[] bytes = address(random);
      IpPrefix prefix = IpPrefix.hostOf(InetAddress.getByAddress(bytes));
      String message = "seed " + SEED + ", " + prefix;
      InetAddress read = InetAddress.ofLiteral(prefix.addressText());
      assertArrayEquals(prefix.address().getAddress(), read.getAddress(), message);
      assertEquals(prefix, IpPrefix.parse(prefix.toString()), message);
      assertEquals(prefix, IpPrefix.ofHost(prefix.addressText()), message);
      assertEquals(prefix, IpPrefix.ofHost(read.getHostAddress()), message);
    }
  }

  /** What we take, the JDK takes too, and as the same address. */
  @Test
  void takesNothingThatAnotherParserReadsDifferently() throws Exception {
    Random random = new Random(SEED);
    String alphabet = "0123456789abcdefAF.::::";
    int taken = 0;
    for (int i = 0; i < 300_000; i++) {
      StringBuilder text = new StringBuilder();
      for (int length = 2 + random.nextInt(12); length > 0; length--) {
        text.append(alphabet.charAt(random.nextInt(alphabet.length())));
      }
      IpPrefix ours;
      try {
        ours = IpPrefix.ofHost(text.toString());
      } catch (AddressException e) {
        continue;
      }
      assertEquals(
          InetAddress.ofLiteral(text.toString()), ours.address(), "seed " + SEED + ", " + text);
      taken++;
    }
    assertTrue(taken > 1000, "taken " + taken);
  }

  @Test
  void containsAndOverlapsAgreeWithArithmetic() throws Exception {
    Random random = new Random(SEED);
    for (int i = 0; i < 20_000; i++) {
      IpPrefix a = smallPrefix(random);
      IpPrefix b = smallPrefix(random);
      String message = "seed " + SEED + ", " + a + " and " + b;
      assertEquals(first(a) <= first(b) && last(b) <= last(a), a.contains(b), message);
      assertEquals(first(a) <= last(b) && first(b) <= last(a), a.overlaps(b), message);
      assertEquals(a.equals(b), a.compareTo(b) == 0, message);
      assertEquals(Integer.signum(a.compareTo(b)), -Integer.signum(b.compareTo(a)), message);
    }
    assertFalse(IpPrefix.parse("::/0").contains(IpPrefix.parse("10.0.0.0/8")));
  }

  @Test
  void dropsTheSubnet() throws AddressException {
    assertEquals("10.244.3.27/32", IpPrefix.hostOfCidr("10.244.3.27/16").toString());
    assertEquals("fd00::1/128", IpPrefix.hostOfCidr("fd00::1/64").toString());
    assertEquals("10.244.3.27/32", IpPrefix.hostOfCidr("::ffff:10.244.3.27/112").toString());
    assertTrue(IpPrefix.hostOfCidr("fd00::1/64").isHost());
  }

  @Test
  void ordersByFamilyAddressAndLength() throws AddressException {
    String[] ordered = {"9.0.0.0/8", "10.0.0.0/8", "10.0.0.0/9", "200.0.0.0/8", "::/0", "fd00::/8"};
    for (int i = 1; i < ordered.length; i++) {
      assertTrue(IpPrefix.parse(ordered[i - 1]).compareTo(IpPrefix.parse(ordered[i])) < 0);
    }
  }

  @Test
  void aProgramCannotMakeAnImpossibleOne() throws Exception {
    InetAddress address = InetAddress.getByAddress(new byte[] {10, 0, 0, 1});
    assertThrows(IllegalArgumentException.class, () -> new IpPrefix(address, 33));
    assertThrows(IllegalArgumentException.class, () -> new IpPrefix(address, -1));
    assertThrows(IllegalArgumentException.class, () -> new IpPrefix(address, 31));
  }

  private static byte[] address(Random random) {
    byte[] bytes = new byte[random.nextBoolean() ? 16 : 4];
    random.nextBytes(bytes);
    for (int group = 0; group < bytes.length / 2; group++) {
      if (random.nextInt(3) > 0) {
        bytes[2 * group] = 0;
        bytes[2 * group + 1] = (byte) (random.nextBoolean() ? 0 : random.nextInt());
      }
    }
    return bytes;
  }

  /** In 10.0.0.0/28, so that pairs often meet. */
  private static IpPrefix smallPrefix(Random random) throws Exception {
    int length = 28 + random.nextInt(5);
    int host = random.nextInt(16) & -1 << (32 - length);
    return new IpPrefix(InetAddress.getByAddress(new byte[] {10, 0, 0, (byte) host}), length);
  }

  private static int first(IpPrefix prefix) {
    return prefix.address().getAddress()[3];
  }

  private static int last(IpPrefix prefix) {
    return first(prefix) + (1 << (32 - prefix.length())) - 1;
  }
}
