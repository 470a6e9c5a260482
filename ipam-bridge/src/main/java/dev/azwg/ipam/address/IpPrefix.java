package dev.azwg.ipam.address;

import dev.azwg.ipam.address.AddressException.Reason;
import java.net.InetAddress;
import java.net.UnknownHostException;
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
 * @param address the first address of the prefix; never with a zone
 * @param length how many bits count, 0 to 32 or 0 to 128
 */
public record IpPrefix(InetAddress address, int length) implements Comparable<IpPrefix> {
  private static final int MAPPED_BITS = 96;

  /**
   * Checks the arguments.
   *
   * @throws IllegalArgumentException if the length is out of range or a host bit is set
   */
  public IpPrefix {
    byte[] bytes = address.getAddress();
    if (length < 0 || length > 8 * bytes.length) {
      throw new IllegalArgumentException("prefix length " + length);
    }
    if (hasHostBits(bytes, length)) {
      throw new IllegalArgumentException("host bits in a prefix of length " + length);
    }
    address = inetAddress(bytes); // Without the host name and zone that the caller's may have.
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
    return new IpPrefix(inetAddress(cidr.address), cidr.length);
  }

  /**
   * Reads an address without a length as a /32 or /128.
   *
   * @throws AddressException if it is not an address
   */
  public static IpPrefix ofHost(String text) throws AddressException {
    return hostOf(inetAddress(IpText.parse(text)));
  }

  /**
   * Reads an interface's address with the length of its subnet, as CNI writes it ({@code
   * 10.244.3.27/16}), and gives the address alone, as a /32 or /128.
   *
   * @throws AddressException if it is not an address and a length within its family's range
   */
  public static IpPrefix hostOfCidr(String text) throws AddressException {
    return hostOf(inetAddress(Cidr.parse(text).address));
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
    return new IpPrefix(inetAddress(bytes), cidr.length);
  }

  /** The address alone, as a /32 or /128. */
  public static IpPrefix hostOf(InetAddress address) {
    return new IpPrefix(address, address.getAddress().length == 4 ? 32 : 128);
  }

  /** Whether this is IPv4; otherwise it is IPv6. */
  public boolean isIpv4() {
    return address.getAddress().length == 4;
  }

  /** Whether this is one address: a /32 or /128. */
  public boolean isHost() {
    return length == (isIpv4() ? 32 : 128);
  }

  /** Whether every address of {@code other} is in this prefix. */
  public boolean contains(IpPrefix other) {
    byte[] mine = address.getAddress();
    byte[] theirs = other.address.getAddress();
    if (mine.length != theirs.length || other.length < length) {
      return false;
    }
    int whole = length / 8;
    if (!Arrays.equals(mine, 0, whole, theirs, 0, whole)) {
      return false;
    }
    int rest = length % 8;
    return rest == 0 || (theirs[whole] & 0xFF) >> (8 - rest) == (mine[whole] & 0xFF) >> (8 - rest);
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
    byte[] upper = address.getAddress();
    upper[length / 8] |= (byte) (0x80 >> length % 8);
    return List.of(new IpPrefix(address, length + 1), new IpPrefix(inetAddress(upper), length + 1));
  }

  /** Whether some address is in both prefixes. */
  public boolean overlaps(IpPrefix other) {
    return contains(other) || other.contains(this);
  }

  @Override
  public int compareTo(IpPrefix other) {
    byte[] mine = address.getAddress();
    byte[] theirs = other.address.getAddress();
    if (mine.length != theirs.length) {
      return Integer.compare(mine.length, theirs.length);
    }
    int order = Arrays.compareUnsigned(mine, theirs);
    return order != 0 ? order : Integer.compare(length, other.length);
  }

  // Written out: a record's own equals and hashCode go through method handles, which an executable
  // interprets, and prefixes are the keys of every map of the mesh.
  @Override
  public boolean equals(@Nullable Object object) {
    return object instanceof IpPrefix other
        && length == other.length
        && address.equals(other.address);
  }

  @Override
  public int hashCode() {
    return 31 * address.hashCode() + length;
  }

  /** The address without the length, in canonical form (RFC 5952). */
  public String addressText() {
    StringBuilder out = new StringBuilder(40);
    IpText.append(out, address.getAddress());
    return out.toString();
  }

  /** {@code address/length}, the address in canonical form (RFC 5952). */
  @Override
  public String toString() {
    StringBuilder out = new StringBuilder(44);
    IpText.append(out, address.getAddress());
    return out.append('/').append(length).toString();
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

  private static InetAddress inetAddress(byte[] bytes) {
    try {
      return InetAddress.getByAddress(bytes);
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException("an address has 4 or 16 bytes", e);
    }
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

    private static boolean isMapped(byte[] bytes) {
      for (int i = 0; i < 10; i++) {
        if (bytes[i] != 0) {
          return false;
        }
      }
      return bytes[10] == (byte) 0xFF && bytes[11] == (byte) 0xFF;
    }
  }
}
