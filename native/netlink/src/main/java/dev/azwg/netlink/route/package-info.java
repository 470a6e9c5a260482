/**
 * Rtnetlink: links, addresses, routes and rules of a network namespace, as {@code ip(8)} shows and
 * changes them. Structures and numbers are those of {@code linux/rtnetlink.h}, {@code
 * linux/if_link.h}, {@code linux/if_addr.h} and {@code linux/fib_rules.h}.
 */
@NullMarked
package dev.azwg.netlink.route;

import org.jspecify.annotations.NullMarked;
