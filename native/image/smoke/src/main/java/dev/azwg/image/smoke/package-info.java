/** An executable that tries everything of the runtime that azwg's executables depend on. */
@NullMarked
package dev.azwg.image.smoke;

import org.jspecify.annotations.NullMarked;
