/** The plugin's network configuration. */
@NullMarked
package dev.azwg.plugin.config;

import org.jspecify.annotations.NullMarked;
