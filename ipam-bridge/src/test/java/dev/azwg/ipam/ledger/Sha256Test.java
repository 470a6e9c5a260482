package dev.azwg.ipam.ledger;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;

class Sha256Test {
  @Test
  void agreesWithTheJdkAtEachLength() throws Exception {
    Random random = new Random(180);
    for (int length = 0; length < 400; length++) {
      byte[] message = new byte[length];
      random.nextBytes(message);
      byte[] expected = MessageDigest.getInstance("SHA-256").digest(message);
      assertEquals(HexFormat.of().formatHex(expected), Sha256.hex(message), "length " + length);
    }
  }
}
