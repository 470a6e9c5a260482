/** Results of ADD and their conversion between versions of the specification. */
@NullMarked
package dev.azwg.plugin.result;

import org.jspecify.annotations.NullMarked;
