@NullMarked
package dev.azwg.plugin.result;

import org.jspecify.annotations.NullMarked;
