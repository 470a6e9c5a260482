package dev.azwg.wg.key;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PublicKeyTest {
  @Test
  void everyFormGivesTheSameKey() throws KeyFormatException {
    Random random = new Random(7);
    for (int i = 0; i < 200; i++) {
      byte[] bytes = new byte[32];
      random.nextBytes(bytes);
      PublicKey key = PublicKey.of(bytes);
      assertArrayEquals(bytes, key.toBytes());
      assertEquals(key, PublicKey.parse(key.toString()));
      assertEquals(key.hashCode(), PublicKey.parse(key.toString()).hashCode());
      byte[] hex = new byte[64];
      key.writeHex(hex, 0);
      assertEquals(key, PublicKey.parseHex(hex, 0, 64));
    }
  }

  @Test
  void orderIsThatOfTheBytes() {
    Random random = new Random(8);
    byte[] one = new byte[32];
    random.nextBytes(one);
    for (int place = 0; place < 32; place++) {
      byte[] other = one.clone();
      other[place] ^= (byte) 0x80;
      int expected = Integer.signum(Arrays.compareUnsigned(one, other));
      assertEquals(
          expected, Integer.signum(PublicKey.of(one).compareTo(PublicKey.of(other))), "" + place);
      assertFalse(PublicKey.of(one).equals(PublicKey.of(other)));
    }
  }

  @Test
  void zeroIsNoKey() {
    assertTrue(PublicKey.of(new byte[32]).isZero());
    byte[] hex = "0".repeat(64).getBytes(StandardCharsets.US_ASCII);
    KeyFormatException e =
        assertThrows(KeyFormatException.class, () -> PublicKey.parseHex(hex, 0, 64));
    assertEquals(KeyFormatException.Reason.ZERO, e.reason());
  }

  @Test
  void onlyThirtyTwoBytes() {
    assertThrows(IllegalArgumentException.class, () -> PublicKey.of(new byte[31]));
    assertThrows(IllegalArgumentException.class, () -> PublicKey.of(new byte[33]));
  }
}
