package dev.azwg.wg.key;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.azwg.wg.key.KeyFormatException.Reason;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KeyEncodingTest {
  private static final long SEED = 20260101;

  @Test
  void bothTextsAgreeWithTheJdk() throws KeyFormatException {
    Random random = new Random(SEED);
    for (int i = 0; i < 2000; i++) {
      byte[] key = new byte[32];
      random.nextBytes(key);
      byte[] base64 = Base64.getEncoder().encode(key);
      assertArrayEquals(base64, KeyEncoding.toBase64(key));
      assertArrayEquals(key, KeyEncoding.fromBase64("key", base64));
      byte[] hex = HexFormat.of().formatHex(key).getBytes(StandardCharsets.US_ASCII);
      byte[] text = new byte[70];
      KeyEncoding.toHex(key, text, 3);
      assertArrayEquals(hex, java.util.Arrays.copyOfRange(text, 3, 67));
      assertArrayEquals(key, KeyEncoding.fromHex("key", text, 3, 64));
    }
  }

  /** Every byte in every place: exactly those are taken that the alphabet has there. */
  @Test
  void everyCharacterIsEitherOfTheAlphabetOrRefused() {
    byte[] good = Base64.getEncoder().encode(new byte[32]);
    for (int place = 0; place < 44; place++) {
      for (int c = 0; c < 256; c++) {
        byte[] text = good.clone();
        text[place] = (byte) c;
        boolean letter =
            (c >= 'A' && c <= 'Z')
                || (c >= 'a' && c <= 'z')
                || (c >= '0' && c <= '9')
                || c == '+'
                || c == '/';
        boolean valid = place == 43 ? c == '=' : letter;
        if (valid && (place < 42 || "AEIMQUYcgkosw048=".indexOf(c) >= 0)) {
          assertEquals(32, assertDecodes(text).length);
        } else {
          KeyFormatException e =
              assertThrows(KeyFormatException.class, () -> KeyEncoding.fromBase64("key", text));
          assertEquals(valid ? Reason.NOT_CANONICAL : Reason.CHARACTER, e.reason());
        }
      }
    }
  }

  private static byte[] assertDecodes(byte[] text) {
    try {
      return KeyEncoding.fromBase64("key", text);
    } catch (KeyFormatException e) {
      throw new AssertionError(new String(text, StandardCharsets.ISO_8859_1), e);
    }
  }

  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      value = {
        "'', LENGTH",
        "AAAA, LENGTH",
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA, LENGTH",
        "' AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=', LENGTH",
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA==, CHARACTER",
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA, CHARACTER",
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA-A=, CHARACTER",
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\u00c4=, CHARACTER",
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB=, NOT_CANONICAL",
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=, ZERO",
      })
  void refuses(String text, Reason reason) {
    KeyFormatException e = assertThrows(KeyFormatException.class, () -> PublicKey.parse(text));
    assertEquals(reason, e.reason());
  }
}
