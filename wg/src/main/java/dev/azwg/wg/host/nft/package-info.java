/**
 * The node's packet filter, as far as it is ours: one nftables table that marks the encrypted
 * packets of peers for reverse path filtering, refuses or counts what is not encrypted, and clamps
 * the segment size of TCP connections that pass the tunnel.
 */
@NullMarked
package dev.azwg.wg.host.nft;

import org.jspecify.annotations.NullMarked;
