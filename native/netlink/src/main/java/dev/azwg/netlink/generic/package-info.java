/**
 * Generic netlink: families that the kernel numbers at run time, such as WireGuard's. The rules are
 * those of {@code linux/genetlink.h}.
 */
@NullMarked
package dev.azwg.netlink.generic;

import org.jspecify.annotations.NullMarked;
