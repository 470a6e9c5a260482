package dev.azwg.wg.device.kernel;

/** The numbers of {@code linux/wireguard.h}, under their names there. */
final class WireGuardFamily {
  static final String WG_GENL_NAME = "wireguard";

  static final int WG_CMD_GET_DEVICE = 0;
  static final int WG_CMD_SET_DEVICE = 1;

  static final int WGDEVICE_F_REPLACE_PEERS = 1;

  static final int WGDEVICE_A_IFNAME = 2;
  static final int WGDEVICE_A_PRIVATE_KEY = 3;
  static final int WGDEVICE_A_PUBLIC_KEY = 4;
  static final int WGDEVICE_A_FLAGS = 5;
  static final int WGDEVICE_A_LISTEN_PORT = 6;
  static final int WGDEVICE_A_FWMARK = 7;
  static final int WGDEVICE_A_PEERS = 8;

  static final int WGPEER_F_REMOVE_ME = 1;
  static final int WGPEER_F_REPLACE_ALLOWEDIPS = 1 << 1;
  static final int WGPEER_F_UPDATE_ONLY = 1 << 2;

  static final int WGPEER_A_PUBLIC_KEY = 1;
  static final int WGPEER_A_PRESHARED_KEY = 2;
  static final int WGPEER_A_FLAGS = 3;
  static final int WGPEER_A_ENDPOINT = 4;
  static final int WGPEER_A_PERSISTENT_KEEPALIVE_INTERVAL = 5;
  static final int WGPEER_A_LAST_HANDSHAKE_TIME = 6;
  static final int WGPEER_A_RX_BYTES = 7;
  static final int WGPEER_A_TX_BYTES = 8;
  static final int WGPEER_A_ALLOWEDIPS = 9;

  /** Since Linux 6.16; older kernels refuse the attribute that carries it. */
  static final int WGALLOWEDIP_F_REMOVE_ME = 1;

  static final int WGALLOWEDIP_A_FAMILY = 1;
  static final int WGALLOWEDIP_A_IPADDR = 2;
  static final int WGALLOWEDIP_A_CIDR_MASK = 3;
  static final int WGALLOWEDIP_A_FLAGS = 4;

  /** The type of the members of an array: the kernel does not look at it. */
  static final int ARRAY_MEMBER = 0;

  private WireGuardFamily() {}
}
