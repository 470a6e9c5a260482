package dev.azwg.wg.device;

import dev.azwg.wg.device.WireGuardException.Reason;

/** The kernel's rule for interface names: {@code dev_valid_name} in net/core/dev.c. */
public final class DeviceName {
  /** IFNAMSIZ of linux/if.h, less the terminating NUL. */
  private static final int MAX_LENGTH = 15;

  private DeviceName() {}

  /**
   * The name, if it can be one. As it also becomes a part of a path, everything outside of
   * printable ASCII is refused with what the kernel refuses.
   *
   * @throws WireGuardException with {@code NO_DEVICE}: there can be no such device
   */
  public static String require(String name) throws WireGuardException {
    boolean valid =
        !name.isEmpty()
            && name.length() <= MAX_LENGTH
            && !name.equals(".")
            && !name.equals("..")
            && name.chars().allMatch(c -> c > ' ' && c < 0x7f && c != '/' && c != ':');
    if (!valid) {
      throw new WireGuardException(name, Reason.NO_DEVICE, "not an interface name");
    }
    return name;
  }
}
