package dev.azwg.ipam.address;

import dev.azwg.ipam.address.AddressException.Reason;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An IP prefix: an address and how many of its leading bits count. Bits beyond the length are zero,
 * so that equal prefixes are equal objects and have one text.
 *
 * <p>An IPv4-mapped IPv6 address (::ffff:0:0/96) is the IPv4 address, as in Go's net package and in
 * the kernel's view of a route. The order is IPv4 before IPv6, then by address, then by length.
 *
 * <p>There are as many of them as pods in the cluster, so the bits are kept in the object itself.
 */
public final class IpPrefix implements Comparable<IpPrefix> {
  private static final int MAPPED_BITS = 96;

  // The address, its first bit the highest of the first one; IPv4 fills half of that.
  private final long high;
  private final long low;
  private final short length;
  private final boolean ipv4;

  /**
   * Checks the arguments.
   *
   * @param address the first address of the prefix; name and zone do not matter
   * @param length how many bits count, 0 to 32 or 0 to 128
   * @throws IllegalArgumentException if the length is out of range or a host bit is set
   */
  public IpPrefix(InetAddress address, int length) {
    this(address.getAddress(), length);
  }

  private IpPrefix(byte[] bytes, int length) {
    if (length < 0 || length > 8 * bytes.length) {
      throw new IllegalArgumentException("prefix length " + length);
    }
    if (hasHostBits(bytes, length)) {
      throw new IllegalArgumentException("host bits in a prefix of length " + length);
    }
    boolean mapped = bytes.length == 16 && isMapped(bytes);
    this.ipv4 = bytes.length == 4 || mapped;
    this.high = ipv4 ? bits(bytes, mapped ? 12 : 0, 4) << 32 : bits(bytes, 0, 8);
    this.low = ipv4 ? 0 : bits(bytes, 8, 8);
    this.length = (short) length;
  }

  private IpPrefix(long high, long low, int length, boolean ipv4) {
    this.high = high;
    this.low = low;
    this.length = (short) length;
    this.ipv4 = ipv4;
  }

  /**
   * Reads {@code address/length}.
   *
   * @throws AddressException if it is anything else, a host bit is set, or a zone is given
   */
  public static IpPrefix parse(String text) throws AddressException {
    Cidr cidr = Cidr.parse(text);
    if (hasHostBits(cidr.address, cidr.length)) {
      throw new AddressException(Reason.HOST_BITS, text, "bits beyond the length are set");
    }
    return new IpPrefix(cidr.address, cidr.length);
  }

  /**
   * Reads an address without a length as a /32 or /128.
   *
   * @throws AddressException if it is not an address
   */
  public static IpPrefix ofHost(String text) throws AddressException {
    return hostOf(IpText.parse(text));
  }

  /**
   * Reads an interface's address with the length of its subnet, as CNI writes it ({@code
   * 10.244.3.27/16}), and gives the address alone, as a /32 or /128.
   *
   * @throws AddressException if it is not an address and a length within its family's range
   */
  public static IpPrefix hostOfCidr(String text) throws AddressException {
    return hostOf(Cidr.parse(text).address);
  }

  /**
   * Reads an address with a length, as {@link #hostOfCidr} does, and gives the prefix of that
   * length that the address is in.
   *
   * @throws AddressException if it is not an address and a length within its family's range
   */
  public static IpPrefix networkOfCidr(String text) throws AddressException {
    Cidr cidr = Cidr.parse(text);
    byte[] bytes = cidr.address.clone();
    for (int i = cidr.length / 8; i < bytes.length; i++) {
      bytes[i] &= (byte) (i == cidr.length / 8 ? ~(0xFF >> cidr.length % 8) : 0);
    }
    return new IpPrefix(bytes, cidr.length);
  }

  /** The address alone, as a /32 or /128. */
  public static IpPrefix hostOf(InetAddress address) {
    return new IpPrefix(address, address.getAddress().length == 4 ? 32 : 128);
  }

  private static IpPrefix hostOf(byte[] bytes) {
    return bytes.length == 16 && isMapped(bytes)
        ? new IpPrefix(Arrays.copyOfRange(bytes, 12, 16), 32)
        : new IpPrefix(bytes, 8 * bytes.length);
  }

  /** The first address of the prefix; never with a zone. */
  public InetAddress address() {
    try {
      return InetAddress.getByAddress(bytes());
    } catch (UnknownHostException e) {
      throw new IllegalStateException("an address has 4 or 16 bytes", e);
    }
  }

  /** How many bits count, 0 to 32 or 0 to 128. */
  public int length() {
    return length;
  }

  /** Whether this is IPv4; otherwise it is IPv6. */
  public boolean isIpv4() {
    return ipv4;
  }

  /** Whether this is one address: a /32 or /128. */
  public boolean isHost() {
    return length == (ipv4 ? 32 : 128);
  }

  /** Whether every address of {@code other} is in this prefix. */
  public boolean contains(IpPrefix other) {
    return ipv4 == other.ipv4
        && other.length >= length
        && ((high ^ other.high) & mask(length)) == 0
        && ((low ^ other.low) & mask(length - 64)) == 0;
  }

  /**
   * The two prefixes that this one consists of, each one bit longer, in their order.
   *
   * @throws IllegalStateException if this is one address
   */
  public List<IpPrefix> halves() {
    if (isHost()) {
      throw new IllegalStateException(this + " has no halves");
    }
    long bit = Long.MIN_VALUE >>> length % 64;
    return List.of(
        new IpPrefix(high, low, length + 1, ipv4),
        length < 64
            ? new IpPrefix(high | bit, low, length + 1, ipv4)
            : new IpPrefix(high, low | bit, length + 1, ipv4));
  }

  /** Whether some address is in both prefixes. */
  public boolean overlaps(IpPrefix other) {
    return contains(other) || other.contains(this);
  }

  @Override
  public int compareTo(IpPrefix other) {
    if (ipv4 != other.ipv4) {
      return ipv4 ? -1 : 1;
    }
    int order = Long.compareUnsigned(high, other.high);
    order = order != 0 ? order : Long.compareUnsigned(low, other.low);
    return order != 0 ? order : Integer.compare(length, other.length);
  }

  @Override
  public boolean equals(@Nullable Object object) {
    return object instanceof IpPrefix other
        && high == other.high
        && low == other.low
        && length == other.length
        && ipv4 == other.ipv4;
  }

  @Override
  public int hashCode() {
    return 31 * (31 * Long.hashCode(high) + Long.hashCode(low)) + length;
  }

  /** The address without the length, in canonical form (RFC 5952). */
  public String addressText() {
    StringBuilder out = new StringBuilder(40);
    IpText.append(out, bytes());
    return out.toString();
  }

  /** {@code address/length}, the address in canonical form (RFC 5952). */
  @Override
  public String toString() {
    StringBuilder out = new StringBuilder(44);
    IpText.append(out, bytes());
    return out.append('/').append(length).toString();
  }

  private byte[] bytes() {
    return ipv4
        ? ByteBuffer.allocate(4).putInt((int) (high >>> 32)).array()
        : ByteBuffer.allocate(16).putLong(high).putLong(low).array();
  }

  /** The first bits of 64; all for a number that is larger, none for a negative one. */
  private static long mask(int bits) {
    return bits <= 0 ? 0 : bits >= 64 ? -1 : -1L << (64 - bits);
  }

  private static long bits(byte[] bytes, int from, int count) {
    long bits = 0;
    for (int i = from; i < from + count; i++) {
      bits = bits << 8 | (bytes[i] & 0xFF);
    }
    return bits;
  }

  private static boolean hasHostBits(byte[] bytes, int length) {
    for (int i = length / 8; i < bytes.length; i++) {
      int hostBits = i == length / 8 ? 0xFF >> length % 8 : 0xFF;
      if ((bytes[i] & hostBits) != 0) {
        return true;
      }
    }
    return false;
  }

  private static boolean isMapped(byte[] bytes) {
    for (int i = 0; i < 10; i++) {
      if (bytes[i] != 0) {
        return false;
      }
    }
    return bytes[10] == (byte) 0xFF && bytes[11] == (byte) 0xFF;
  }

  /** An address of either family with the length given for it, mapped addresses already IPv4. */
  private static final class Cidr {
    final byte[] address;
    final int length;

    private Cidr(byte[] address, int length) {
      this.address = address;
      this.length = length;
    }

    static Cidr parse(String text) throws AddressException {
      int slash = text.indexOf('/');
      if (slash < 0) {
        throw new AddressException(Reason.NO_LENGTH, text, "the prefix length is missing");
      }
      byte[] bytes = IpText.parse(text.substring(0, slash));
      int length = IpText.parseLength(text, slash + 1, 8 * bytes.length);
      boolean mapped = bytes.length == 16 && isMapped(bytes);
      if (length < 0 || (mapped && length < MAPPED_BITS)) {
        throw new AddressException(Reason.LENGTH, text, "the prefix length is out of range");
      }
      return mapped
          ? new Cidr(Arrays.copyOfRange(bytes, 12, 16), length - MAPPED_BITS)
          : new Cidr(bytes, length);
    }
  }
}
