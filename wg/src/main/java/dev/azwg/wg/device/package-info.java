/**
 * WireGuard devices: what is observed ({@link dev.azwg.wg.device.Device}), what is to be changed
 * ({@link dev.azwg.wg.device.DeviceConfig}), and the client that does both. The names are those of
 * wg(8) and of the kernel's {@code linux/wireguard.h}.
 */
@NullMarked
package dev.azwg.wg.device;

import org.jspecify.annotations.NullMarked;
