@NullMarked
package dev.azwg.cnitest;

import org.jspecify.annotations.NullMarked;
