/** Where peer records live: one interface, and the datastore that is a folder. */
@NullMarked
package dev.azwg.wg.datastore;

import org.jspecify.annotations.NullMarked;
