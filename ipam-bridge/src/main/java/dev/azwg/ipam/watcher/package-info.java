/**
 * What the plugin and the watcher of a node tell each other: the watcher's local API on a unix
 * socket, and the facts that it leaves in a file.
 */
@NullMarked
package dev.azwg.ipam.watcher;

import org.jspecify.annotations.NullMarked;
