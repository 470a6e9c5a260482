/** A kernel for tests: what real ones do too rarely to be waited for. */
@NullMarked
package dev.azwg.netlink.fake;

import org.jspecify.annotations.NullMarked;
