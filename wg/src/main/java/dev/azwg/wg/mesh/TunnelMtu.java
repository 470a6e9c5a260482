package dev.azwg.wg.mesh;

/** The MTU of the tunnel, and so of everything that is routed into it. */
public final class TunnelMtu {
  /** IPv6's minimum link MTU: RFC 8200 section 5. */
  static final int MINIMUM = 1280;

  /** The same plus the larger overhead. */
  static final int MINIMUM_UNDERLAY = MINIMUM + 80;

  /** 20 bytes IPv4, 8 UDP, 32 WireGuard data header and tag. */
  private static final int OVERHEAD_IPV4 = 60;

  /** 40 bytes IPv6, 8 UDP, 32 WireGuard data header and tag. */
  private static final int OVERHEAD_IPV6 = 80;

  private TunnelMtu() {}

  /**
   * The tunnel's MTU in bytes.
   *
   * @param underlayMtu the MTU of the NIC that carries the encrypted packets
   * @param fabricMtu what the network behind it carries unfragmented, 0 if no less than the NIC
   * @param outerIpv6 whether any endpoint is reached over IPv6
   */
  public static int of(int underlayMtu, int fabricMtu, boolean outerIpv6) {
    int usable = fabricMtu == 0 ? underlayMtu : Math.min(underlayMtu, fabricMtu);
    return Math.max(usable, MINIMUM_UNDERLAY) - (outerIpv6 ? OVERHEAD_IPV6 : OVERHEAD_IPV4);
  }
}
