/**
 * Mesh planning: who is a peer, which addresses it may use, which routes point at the tunnel, which
 * MTU holds. Pure functions of records: no I/O, no clock, no randomness.
 */
@NullMarked
package dev.azwg.wg.mesh;

import org.jspecify.annotations.NullMarked;
