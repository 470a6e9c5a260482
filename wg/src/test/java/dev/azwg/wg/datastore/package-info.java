@NullMarked
package dev.azwg.wg.datastore;

import org.jspecify.annotations.NullMarked;
