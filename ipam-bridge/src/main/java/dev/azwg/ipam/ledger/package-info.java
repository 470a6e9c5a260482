/**
 * The attachment ledger: one file per pod interface, in a directory whose files are the whole
 * truth. Written by the plugin, read by the watcher.
 */
@NullMarked
package dev.azwg.ipam.ledger;

import org.jspecify.annotations.NullMarked;
