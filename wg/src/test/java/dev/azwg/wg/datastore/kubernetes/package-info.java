@NullMarked
package dev.azwg.wg.datastore.kubernetes;

import org.jspecify.annotations.NullMarked;
