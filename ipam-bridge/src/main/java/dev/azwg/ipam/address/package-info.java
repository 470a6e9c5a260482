/** Addresses and prefixes, and which of them may never enter a tunnel. Pure, no name resolution. */
@NullMarked
package dev.azwg.ipam.address;

import org.jspecify.annotations.NullMarked;
