/**
 * Keeps our entry in the network configuration list that the container runtime uses: which list
 * that is, whether and when to edit it, and what to do when others edit it too.
 */
@NullMarked
package dev.azwg.conflist.keeper;

import org.jspecify.annotations.NullMarked;
