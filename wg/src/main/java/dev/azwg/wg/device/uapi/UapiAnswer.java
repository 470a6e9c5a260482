package dev.azwg.wg.device.uapi;

import dev.azwg.netlink.libc.Errno;

/**
 * An answer.
 *
 * @param errno what the other side ended with
 * @param value what was read, complete only if {@code errno} is {@link Errno#NONE}
 */
record UapiAnswer<T>(Errno errno, T value) {}
