/** The main class of the executable azwg. */
@NullMarked
package dev.azwg.image.plugin;

import org.jspecify.annotations.NullMarked;
