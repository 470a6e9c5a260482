/** The executable, driven as runtimes drive it. */
@NullMarked
package dev.azwg.plugin.blackbox;

import org.jspecify.annotations.NullMarked;
