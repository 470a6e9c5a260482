package dev.azwg.netlink.netns;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * What {@link NetworkNamespace} does inside a namespace.
 *
 * @param <T> what it returns
 */
@FunctionalInterface
public interface NamespaceTask<T extends @Nullable Object> {
  T run() throws IOException;
}
