/** The C library as the executables call it: by native-image's {@code @CFunction}, without JNI. */
@NullMarked
package dev.azwg.image.libc;

import org.jspecify.annotations.NullMarked;
