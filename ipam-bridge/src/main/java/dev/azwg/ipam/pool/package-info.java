/**
 * The addresses that Azure has given to a node before any pod has them: readers of what says so,
 * and the pool that comes of it.
 */
@NullMarked
package dev.azwg.ipam.pool;

import org.jspecify.annotations.NullMarked;
