@NullMarked
package dev.azwg.wg.watcher;

import org.jspecify.annotations.NullMarked;
