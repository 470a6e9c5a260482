/** The commands of the CNI protocol: ADD, DEL, CHECK, GC, STATUS and VERSION. */
@NullMarked
package dev.azwg.plugin.command;

import org.jspecify.annotations.NullMarked;
