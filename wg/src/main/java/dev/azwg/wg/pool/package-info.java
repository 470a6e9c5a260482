/** Where a node learns which addresses Azure has given to it. */
@NullMarked
package dev.azwg.wg.pool;

import org.jspecify.annotations.NullMarked;
