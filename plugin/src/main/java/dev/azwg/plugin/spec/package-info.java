/** The CNI protocol as the specification states it: versions, commands, environment, errors. */
@NullMarked
package dev.azwg.plugin.spec;

import org.jspecify.annotations.NullMarked;
