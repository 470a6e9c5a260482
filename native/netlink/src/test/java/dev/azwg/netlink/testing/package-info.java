/** Help for tests: seeded randomness, and network namespaces that are surely removed. */
@NullMarked
package dev.azwg.netlink.testing;

import org.jspecify.annotations.NullMarked;
