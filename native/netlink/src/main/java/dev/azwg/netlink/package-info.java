/**
 * Netlink, the kernel's message protocol: message and attribute codec, and a socket that knows
 * sequence numbers, acknowledgements, dumps, batches and extended acknowledgements.
 *
 * <p>The rules are those of {@code linux/netlink.h}, netlink(7) and the kernel's
 * userspace-api/netlink documents.
 */
@NullMarked
package dev.azwg.netlink;

import org.jspecify.annotations.NullMarked;
