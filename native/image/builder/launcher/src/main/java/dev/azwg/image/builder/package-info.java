/**
 * The {@code native-image} command of the builder that {@code bootstrap.sh} assembles: it turns the
 * usual command line into one run of the image builder's own main class.
 */
@NullMarked
package dev.azwg.image.builder;

import org.jspecify.annotations.NullMarked;
