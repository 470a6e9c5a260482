@NullMarked
package dev.azwg.wg.metrics;

import org.jspecify.annotations.NullMarked;
