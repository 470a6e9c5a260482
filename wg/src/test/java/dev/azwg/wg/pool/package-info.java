@NullMarked
package dev.azwg.wg.pool;

import org.jspecify.annotations.NullMarked;
