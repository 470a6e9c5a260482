/**
 * The C library calls that azwg makes, behind one interface with one implementation per runtime.
 */
@NullMarked
package dev.azwg.netlink.libc;

import org.jspecify.annotations.NullMarked;
