package dev.azwg.netlink;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.azwg.netlink.NetlinkException.Reason;
import dev.azwg.netlink.testing.Seed;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.OptionalInt;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Attributes written and read: layouts by hand, then properties of random ones. */
final class AttributeCodecTest {
  @Test
  void writesTheLayoutOfTheKernel() {
    AttributeWriter writer = new AttributeWriter();
    writer
        .u8(1, 0xab)
        .u16(2, 0x1234)
        .u16BigEndian(3, 0x1234)
        .u32(4, 0x12345678)
        .u32BigEndian(5, 0x12345678)
        .u64(6, 0x1122334455667788L)
        .string(7, "eth0")
        .flag(8)
        .nested(9, inner -> inner.u8(1, 2));
    // As on x86-64 and arm64: little-endian.
    assertEquals(
        "05000100ab000000"
            + "0600020034120000"
            + "0600030012340000"
            + "0800040078563412"
            + "0800050012345678"
            + "0c0006008877665544332211"
            + "090007006574683000000000"
            + "04000800"
            + "0c0009800500010002000000",
        hex(writer.toByteArray()));
  }

  @Test
  void readsWhatWasWritten() throws Exception {
    InetAddress v4 = InetAddress.getByName("10.240.0.4");
    InetAddress v6 = InetAddress.getByName("fd00::4");
    AttributeWriter writer = new AttributeWriter();
    writer
        .u8(1, 200)
        .u16(2, 60_000)
        .u16BigEndian(3, 60_000)
        .u32(4, -1)
        .u32BigEndian(5, 7)
        .u64(6, Long.MIN_VALUE)
        .string(7, "n\u00e4me")
        .flag(8)
        .nested(9, inner -> inner.address(1, v4).address(2, v6))
        .bytes(10, new byte[] {1, 2, 3});
    AttributeReader reader = AttributeReader.of("test", writer.toByteArray());
    assertEquals(200, at(reader, 1).u8());
    assertEquals(60_000, at(reader, 2).u16());
    assertEquals(60_000, at(reader, 3).u16BigEndian());
    assertEquals(-1, at(reader, 4).u32());
    assertEquals(7, at(reader, 5).u32BigEndian());
    assertEquals(Long.MIN_VALUE, at(reader, 6).u64());
    assertEquals("n\u00e4me", at(reader, 7).string());
    assertEquals(0, at(reader, 8).length());
    assertFalse(reader.isNested());
    AttributeReader nested = at(reader, 9).nested();
    assertTrue(reader.isNested());
    assertEquals(v4, at(nested, 1).address(4));
    assertEquals(v6, at(nested, 2).address());
    assertFalse(nested.next());
    assertArrayEquals(new byte[] {1, 2, 3}, at(reader, 10).bytes(3));
    assertFalse(reader.next());
    assertFalse(reader.next());
  }

  @Test
  void mappedAddressStaysIpv6() throws Exception {
    byte[] mapped = new byte[16];
    mapped[10] = mapped[11] = -1;
    AttributeReader reader =
        AttributeReader.of("test", new AttributeWriter().bytes(1, mapped).toByteArray());
    assertTrue(at(reader, 1).address() instanceof Inet6Address);
  }

  @ParameterizedTest
  @CsvSource({
    // header cut
    "0400, 0",
    "040001, 0",
    // shorter than its own header
    "03000100, 0",
    "00000000, 0",
    // longer than what is there
    "05000100, 0",
    "ffff0100, 0",
    // a good one, then rubbish
    "0800010000000000ff, 8",
    "08000100000000000c00020000000000, 8",
  })
  void tellsWhereAttributesEndWrongly(String hex, int offset) {
    AttributeReader reader = AttributeReader.of("test", HexFormat.of().parseHex(hex));
    NetlinkException e =
        assertThrows(
            NetlinkException.class,
            () -> {
              while (reader.next()) {
                reader.bytes();
              }
            });
    assertEquals(Reason.MALFORMED, e.reason());
    assertEquals(OptionalInt.of(offset), e.offset());
  }

  @Test
  void paddingOfTheLastAttributeMayBeMissing() throws Exception {
    AttributeReader reader = AttributeReader.of("test", HexFormat.of().parseHex("05000100ab"));
    assertEquals(0xab, at(reader, 1).u8());
    assertFalse(reader.next());
  }

  @Test
  void valuesOfWrongLengthAreMalformed() throws Exception {
    byte[] three = new AttributeWriter().bytes(1, new byte[3]).toByteArray();
    AttributeReader reader = AttributeReader.of("test", three);
    assertTrue(reader.next());
    assertMalformed(reader::u8);
    assertMalformed(reader::u16);
    assertMalformed(reader::u16BigEndian);
    assertMalformed(reader::u32);
    assertMalformed(reader::u32BigEndian);
    assertMalformed(reader::u64);
    assertMalformed(reader::address);
    assertMalformed(() -> reader.address(4));
    assertMalformed(() -> reader.bytes(4));
    assertMalformed(() -> reader.nested(2, 4));
    assertMalformed(() -> reader.nested(-1, 2));
    assertMalformed(() -> reader.nested(2, 1));
  }

  @Test
  void nestedAttributesStayInTheirBounds() throws Exception {
    // The inner one claims eight bytes, of which its parent has four.
    byte[] bytes = HexFormat.of().parseHex("0800018008000100" + "0800020000000000");
    AttributeReader reader = AttributeReader.of("test", bytes);
    AttributeReader nested = at(reader, 1).nested();
    NetlinkException e = assertThrows(NetlinkException.class, nested::next);
    assertEquals(OptionalInt.of(4), e.offset());
  }

  @Test
  void sizeCanBeFilledUpToALimit() {
    AttributeWriter writer = new AttributeWriter();
    int list = writer.startNested(1);
    int limit = 100;
    int written = 0;
    while (true) {
      int before = writer.size();
      writer.u32(2, written);
      if (writer.size() > limit) {
        writer.rewind(before);
        break;
      }
      written++;
    }
    writer.endNested(list);
    assertEquals(12, written);
    assertEquals(AttributeWriter.HEADER_LENGTH + 12 * AttributeWriter.sizeOf(4), writer.size());
    byte[] bytes = writer.toByteArray();
    assertEquals(100, bytes[0]);
  }

  @Test
  void whatCannotBeWrittenIsRefused() {
    AttributeWriter writer = new AttributeWriter();
    assertThrows(IllegalArgumentException.class, () -> writer.bytes(1, new byte[65_532]));
    assertThrows(IllegalArgumentException.class, () -> writer.string(1, "a\0b"));
    assertThrows(IllegalArgumentException.class, () -> writer.u8(-1, 0));
    assertThrows(IllegalArgumentException.class, () -> writer.u8(0x4000, 0));
    assertEquals(0, writer.size());
    writer.bytes(1, new byte[65_531]);
    assertEquals(65_536, writer.size());
    writer.rewind(0);
    int nested = writer.startNested(1);
    writer.bytes(1, new byte[65_000]).bytes(1, new byte[1000]);
    assertThrows(IllegalArgumentException.class, () -> writer.endNested(nested));
    assertThrows(IllegalArgumentException.class, () -> writer.rewind(3));
    assertThrows(IllegalArgumentException.class, () -> writer.rewind(1 << 20));
  }

  @Test
  void paddingIsZeroAfterRewind() {
    AttributeWriter writer = new AttributeWriter();
    writer.bytes(1, new byte[] {-1, -1, -1, -1, -1, -1, -1, -1});
    writer.rewind(0).u8(1, 1);
    assertEquals("0500010001000000", hex(writer.toByteArray()));
    writer.wipe();
    assertEquals(0, writer.size());
  }

  @Test
  void anyTreeSurvivesEncodingAndDecoding() {
    Seed.forAll(random -> {
      AttributeWriter writer = new AttributeWriter();
      write(random, writer, 3);
      byte[] bytes = writer.toByteArray();
      AttributeWriter copy = new AttributeWriter();
      copy(AttributeReader.of("test", bytes), copy);
      assertArrayEquals(bytes, copy.toByteArray());
    });
  }

  @Test
  void rubbishIsMalformedAndNothingElse() {
    Seed.forAll(random -> {
      byte[] bytes = new byte[random.nextInt(64)];
      random.nextBytes(bytes);
      // Small lengths, so that the reader gets past the first attribute now and then.
      for (int i = 1; i < bytes.length; i += 4) {
        bytes[i] = (byte) (random.nextInt(8) == 0 ? 1 : 0);
      }
      readToEnd(AttributeReader.of("test", bytes), 3);
    });
  }

  @Test
  void everyTruncationIsMalformedOrAShorterList() {
    Seed.forAll(
        100,
        random -> {
          AttributeWriter writer = new AttributeWriter();
          write(random, writer, 3);
          byte[] bytes = writer.toByteArray();
          for (int length = 0; length < bytes.length; length++) {
            readToEnd(AttributeReader.of("test", Arrays.copyOf(bytes, length)), 3);
          }
        });
  }

  private static void write(Random random, AttributeWriter writer, int depth) {
    int count = random.nextInt(5);
    for (int i = 0; i < count; i++) {
      int type = random.nextInt(100);
      if (depth > 0 && random.nextBoolean()) {
        writer.nested(type, inner -> write(random, inner, depth - 1));
      } else {
        byte[] value = new byte[random.nextInt(20)];
        random.nextBytes(value);
        writer.bytes(type, value);
      }
    }
  }

  private static void copy(AttributeReader reader, AttributeWriter writer) throws NetlinkException {
    while (reader.next()) {
      if (reader.isNested()) {
        int start = writer.startNested(reader.type());
        copy(reader.nested(), writer);
        writer.endNested(start);
      } else {
        writer.bytes(reader.type(), reader.bytes());
      }
    }
  }

  /** Calls every method; anything but a MALFORMED exception goes to the caller. */
  private static void readToEnd(AttributeReader reader, int depth) throws NetlinkException {
    try {
      while (reader.next()) {
        reader.type();
        reader.string();
        reader.bytes();
        attempt(reader::u8);
        attempt(reader::u16);
        attempt(reader::u16BigEndian);
        attempt(reader::u32);
        attempt(reader::u32BigEndian);
        attempt(reader::u64);
        attempt(reader::address);
        if (depth > 0) {
          readToEnd(reader.nested(), depth - 1);
        }
      }
    } catch (NetlinkException e) {
      assertEquals(Reason.MALFORMED, e.reason());
      assertTrue(e.offset().isPresent());
    }
  }

  private interface Read {
    Object run() throws NetlinkException;
  }

  private static void attempt(Read read) throws NetlinkException {
    try {
      read.run();
    } catch (NetlinkException e) {
      if (e.reason() != Reason.MALFORMED) {
        throw e;
      }
    }
  }

  private static void assertMalformed(Read read) {
    NetlinkException e = assertThrows(NetlinkException.class, read::run);
    assertEquals(Reason.MALFORMED, e.reason());
    assertEquals(OptionalInt.of(0), e.offset());
  }

  private static AttributeReader at(AttributeReader reader, int type) throws NetlinkException {
    assertTrue(reader.next());
    assertEquals(type, reader.type());
    return reader;
  }

  private static String hex(byte[] bytes) {
    return HexFormat.of().formatHex(bytes);
  }
}
