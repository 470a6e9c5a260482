/**
 * JSON as a stranger's input: decoding with bounds, and writing that keeps every member and the
 * spelling of every number.
 */
@NullMarked
package dev.azwg.conflist.json;

import org.jspecify.annotations.NullMarked;
