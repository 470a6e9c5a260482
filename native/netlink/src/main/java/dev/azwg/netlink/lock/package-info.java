/** The lock that the programs of a node hold while they change what they share. */
@NullMarked
package dev.azwg.netlink.lock;

import org.jspecify.annotations.NullMarked;
