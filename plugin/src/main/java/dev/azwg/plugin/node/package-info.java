/** What the plugin asks of the kernel: throw routes and the MTU of pod links. */
@NullMarked
package dev.azwg.plugin.node;

import org.jspecify.annotations.NullMarked;
