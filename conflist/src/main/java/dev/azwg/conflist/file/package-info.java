/** Files that other programs read: replaced whole or not at all. */
@NullMarked
package dev.azwg.conflist.file;

import org.jspecify.annotations.NullMarked;
