/** What the plugin keeps between calls, and how concurrent calls stay out of each other's way. */
@NullMarked
package dev.azwg.plugin.state;

import org.jspecify.annotations.NullMarked;
