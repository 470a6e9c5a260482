@NullMarked
package dev.azwg.plugin;

import org.jspecify.annotations.NullMarked;
