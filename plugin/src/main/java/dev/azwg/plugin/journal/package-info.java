/** What the plugin says besides its answer. */
@NullMarked
package dev.azwg.plugin.journal;

import org.jspecify.annotations.NullMarked;
