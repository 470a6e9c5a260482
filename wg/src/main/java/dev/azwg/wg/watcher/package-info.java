/** The daemon: what it listens to, its one reconciler, its local API and its command line. */
@NullMarked
package dev.azwg.wg.watcher;

import org.jspecify.annotations.NullMarked;
