@NullMarked
package dev.azwg.wg.host;

import org.jspecify.annotations.NullMarked;
