@NullMarked
package dev.azwg.plugin.config;

import org.jspecify.annotations.NullMarked;
