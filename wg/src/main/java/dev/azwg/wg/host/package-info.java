/**
 * The node's side of the mesh: the device, the WireGuard table, the rules and the sysctls, each
 * observed, compared and changed where it differs.
 */
@NullMarked
package dev.azwg.wg.host;

import org.jspecify.annotations.NullMarked;
