@NullMarked
package dev.azwg.plugin.command;

import org.jspecify.annotations.NullMarked;
