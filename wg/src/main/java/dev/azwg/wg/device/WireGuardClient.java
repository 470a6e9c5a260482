package dev.azwg.wg.device;

/**
 * Reads and changes WireGuard devices, in the kernel or in a userspace process.
 *
 * <p>A client may be used by several threads; its exchanges with one device then happen one after
 * the other.
 */
public interface WireGuardClient extends AutoCloseable {
  /**
   * What the device is now.
   *
   * @throws WireGuardException with {@code NO_DEVICE} if there is none of that name
   */
  Device device(String name) throws WireGuardException;

  /**
   * Applies changes in their order. A failure may leave a part applied.
   *
   * <p>An address in {@code removedAllowedIps} is taken away without touching the other addresses
   * of any peer. A device that {@linkplain #canRemoveAllowedIp cannot do that in place} is given a
   * peer without endpoint, {@link ParkedPeer}, which takes the address over and is removed at once,
   * in the same request; there it is the caller's duty that the address belongs to the peer it is
   * removed from. An address that another peer of the same request is given is not removed first:
   * the addition moves it, and in between it would belong to nobody.
   */
  void configure(String name, DeviceConfig config) throws WireGuardException;

  /**
   * Whether the device can take one allowed IP away from a peer in place (kernel:
   * WGALLOWEDIP_F_REMOVE_ME; userspace: {@code allowed_ip=-}). Tried on the device the first time,
   * without any lasting effect.
   */
  boolean canRemoveAllowedIp(String name) throws WireGuardException;

  /** Ends the client. Devices stay as they are. */
  @Override
  void close();
}
