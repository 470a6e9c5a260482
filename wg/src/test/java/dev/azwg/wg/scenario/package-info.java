/** Scenarios of a mesh, named by their numbers in {@code docs/scenarios.md}. */
@NullMarked
package dev.azwg.wg.scenario;

import org.jspecify.annotations.NullMarked;
