/** Network namespaces: doing something inside one without leaving a thread there. */
@NullMarked
package dev.azwg.netlink.netns;

import org.jspecify.annotations.NullMarked;
