package dev.azwg.netlink.route;

import static dev.azwg.netlink.libc.LinuxConstants.AF_INET;
import static dev.azwg.netlink.libc.LinuxConstants.AF_INET6;

import java.net.Inet4Address;
import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/**
 * An address of an interface.
 *
 * @param interfaceIndex the interface it is on
 * @param address the local address
 * @param prefixLength of the network that the address brings; 32 or 128 for none
 * @param scope an {@code RT_SCOPE_} value
 * @param flags the {@code IFA_F_} flags
 * @param peer the other end's address of a point-to-point address, which then owns the prefix
 */
public record Address(
    int interfaceIndex,
    InetAddress address,
    int prefixLength,
    int scope,
    int flags,
    @Nullable InetAddress peer) {

  public Address {
    Prefixes.check(address, prefixLength);
    if (peer != null && Prefixes.family(peer) != Prefixes.family(address)) {
      throw new IllegalArgumentException("address and peer are of different families");
    }
  }

  /** An address of global scope without flags, as {@code ip address add} makes it. */
  public static Address of(int interfaceIndex, InetAddress address, int prefixLength) {
    return new Address(
        interfaceIndex, address, prefixLength, RouteConstants.RT_SCOPE_UNIVERSE, 0, null);
  }

  /** {@code AF_INET} or {@code AF_INET6}. */
  public int family() {
    return address instanceof Inet4Address ? AF_INET : AF_INET6;
  }

  /** The same address with these {@code IFA_F_} flags. */
  public Address withFlags(int newFlags) {
    return new Address(interfaceIndex, address, prefixLength, scope, newFlags, peer);
  }
}
