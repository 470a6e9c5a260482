/**
 * Nftables' notifications, as {@code nft monitor} follows them. Structures and numbers are those of
 * {@code linux/netfilter/nfnetlink.h} and {@code linux/netfilter/nf_tables.h}.
 */
@NullMarked
package dev.azwg.netlink.netfilter;

import org.jspecify.annotations.NullMarked;
