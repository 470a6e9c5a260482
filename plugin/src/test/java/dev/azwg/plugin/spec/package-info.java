@NullMarked
package dev.azwg.plugin.spec;

import org.jspecify.annotations.NullMarked;
