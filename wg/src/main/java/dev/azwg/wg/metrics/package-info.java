/** Metrics: families of samples in Prometheus' text format, and the HTTP server that shows them. */
@NullMarked
package dev.azwg.wg.metrics;

import org.jspecify.annotations.NullMarked;
