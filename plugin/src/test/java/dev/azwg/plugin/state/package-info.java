@NullMarked
package dev.azwg.plugin.state;

import org.jspecify.annotations.NullMarked;
