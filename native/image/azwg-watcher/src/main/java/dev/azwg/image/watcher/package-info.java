/** The main class of the executable azwg-watcher. */
@NullMarked
package dev.azwg.image.watcher;

import org.jspecify.annotations.NullMarked;
