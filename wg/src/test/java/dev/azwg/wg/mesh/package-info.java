@NullMarked
package dev.azwg.wg.mesh;

import org.jspecify.annotations.NullMarked;
