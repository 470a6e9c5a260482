/** The kernel's WireGuard over generic netlink, by the rules of {@code linux/wireguard.h}. */
@NullMarked
package dev.azwg.wg.device.kernel;

import org.jspecify.annotations.NullMarked;
