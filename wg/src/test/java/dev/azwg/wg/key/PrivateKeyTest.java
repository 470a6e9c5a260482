package dev.azwg.wg.key;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.interfaces.XECPublicKey;
import java.security.spec.NamedParameterSpec;
import java.security.spec.XECPrivateKeySpec;
import java.security.spec.XECPublicKeySpec;
import java.util.HexFormat;
import java.util.Random;
import javax.crypto.KeyAgreement;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PrivateKeyTest {
  private static final HexFormat HEX = HexFormat.of();
  private static final Path WG = Path.of("/usr/bin/wg");
  private static final long SEED = 20260102;

  @ParameterizedTest
  @CsvSource({
    // RFC 7748, section 6.1: Alice's keys, then Bob's.
    "77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a,"
        + "8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a",
    "5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb,"
        + "de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f",
    // RFC 7748, section 5.2: the first iteration, whose u is the base point.
    "0900000000000000000000000000000000000000000000000000000000000000,"
        + "422c8e7a6227d7bca1350b3e2bb7279f7897b87bb6854b783c60e80311ae3079",
  })
  void publicKeyIsThatOfTheRfc(String privateKey, String publicKey) {
    try (var key = PrivateKey.of(HEX.parseHex(privateKey))) {
      assertEquals(publicKey, HEX.formatHex(key.publicKey().toBytes()));
    }
  }

  @Test
  void publicKeyIsThatOfTheJdk() throws GeneralSecurityException {
    Random random = new Random(SEED);
    for (int i = 0; i < 50; i++) {
      byte[] bytes = new byte[32];
      random.nextBytes(bytes);
      try (var key = PrivateKey.of(bytes)) {
        assertEquals(jdkPublicKey(bytes), key.publicKey(), "seed " + SEED + ", key " + i);
      }
    }
  }

  /**
   * The JDK gives no public key for a private one, but agreeing with the base point is the same.
   */
  private static PublicKey jdkPublicKey(byte[] scalar) throws GeneralSecurityException {
    KeyFactory factory = KeyFactory.getInstance("X25519");
    java.security.PrivateKey mine =
        factory.generatePrivate(new XECPrivateKeySpec(NamedParameterSpec.X25519, scalar));
    XECPublicKey base =
        (XECPublicKey)
            factory.generatePublic(
                new XECPublicKeySpec(NamedParameterSpec.X25519, BigInteger.valueOf(9)));
    KeyAgreement agreement = KeyAgreement.getInstance("X25519");
    agreement.init(mine);
    agreement.doPhase(base, true);
    return PublicKey.of(agreement.generateSecret());
  }

  @Test
  void publicKeyIsThatOfWgPubkey() throws IOException, InterruptedException {
    assumeTrue(Files.isExecutable(WG), "needs wireguard-tools");
    for (int i = 0; i < 5; i++) {
      String genkey = wg("genkey", "").strip();
      try (var key = parse(genkey)) {
        assertEquals(wg("pubkey", genkey + "\n").strip(), key.publicKey().toString());
        assertEquals(genkey, new String(key.toBase64(), StandardCharsets.US_ASCII));
      }
    }
  }

  private static String wg(String command, String input) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(WG.toString(), command).start();
    try (var stdin = process.getOutputStream()) {
      stdin.write(input.getBytes(StandardCharsets.US_ASCII));
    }
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
    assertEquals(0, process.waitFor());
    return output;
  }

  private static PrivateKey parse(String base64) {
    try {
      return PrivateKey.parse(base64.getBytes(StandardCharsets.US_ASCII));
    } catch (KeyFormatException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void generatedKeysAreClampedAndDifferent() throws IOException {
    Random random = new Random(SEED);
    try (var one = PrivateKey.generate(random::nextBytes);
        var other = PrivateKey.generate(random::nextBytes)) {
      assertNotEquals(one, other);
      for (byte[] bytes : new byte[][] {one.toBytes(), other.toBytes()}) {
        assertEquals(0, bytes[0] & 7);
        assertEquals(0x40, bytes[31] & 0xc0);
      }
    }
    byte[] ones = new byte[32];
    java.util.Arrays.fill(ones, (byte) 0xff);
    try (var key = PrivateKey.of(ones)) {
      assertEquals("f8" + "ff".repeat(30) + "7f", HEX.formatHex(key.toBytes()));
    }
  }

  @Test
  void textAndHashTellNothing() {
    try (var one = PrivateKey.of(new byte[32]);
        var other = parse("uDQBXnRMDkd7RBJMOk3ZqUsCIq2LL3uHMYMdGPEqGVg=")) {
      assertEquals("(private key)", one.toString());
      assertEquals(one.toString(), other.toString());
      assertEquals(one.hashCode(), other.hashCode());
    }
  }

  @Test
  void equalityIsThatOfTheBytesAndTheKind() {
    byte[] bytes = new byte[32];
    bytes[31] = 0x40;
    try (var one = PrivateKey.of(bytes);
        var same = PrivateKey.of(bytes);
        var psk = PresharedKey.of(bytes)) {
      assertEquals(one, same);
      assertArrayEquals(one.toBytes(), psk.toBytes());
      assertNotEquals((Object) one, psk);
    }
  }

  @Test
  void nothingIsLeftOfAClosedKey() {
    PrivateKey key = closed();
    assertTrue(key.isClosed());
    assertEquals(key, key);
    assertNotEquals(closed(), key);
    assertThrows(IllegalStateException.class, key::toBytes);
    assertThrows(IllegalStateException.class, key::toBase64);
    assertThrows(IllegalStateException.class, key::publicKey);
    assertThrows(IllegalStateException.class, () -> key.writeHex(new byte[64], 0));
  }

  private static PrivateKey closed() {
    try (PrivateKey key = parse("uDQBXnRMDkd7RBJMOk3ZqUsCIq2LL3uHMYMdGPEqGVg=")) {
      assertFalse(key.isClosed());
      return key;
    }
  }
}
