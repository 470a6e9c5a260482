/** The CNI plugin: its entry points. */
@NullMarked
package dev.azwg.plugin;

import org.jspecify.annotations.NullMarked;
