/**
 * CNI network configuration lists: what is in them, whether azwg can serve their nodes, and an edit
 * that changes nothing but our own entry.
 */
@NullMarked
package dev.azwg.conflist;

import org.jspecify.annotations.NullMarked;
