package dev.azwg.netlink.route;

import dev.azwg.netlink.NetlinkException;

/**
 * A change that the kernel refused.
 *
 * @param index the change's place in the list, from 0
 * @param change what was asked
 * @param cause the kernel's answer
 */
public record RouteFailure(int index, RouteChange change, NetlinkException cause) {}
