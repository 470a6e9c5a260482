package dev.azwg.netlink;

/**
 * A request of a batch that the kernel refused; the others were carried out all the same.
 *
 * @param index the request's place in the batch, from 0
 * @param cause the kernel's answer
 */
public record BatchFailure(int index, NetlinkException cause) {}
