/** WireGuard keys: X25519 public and private keys, preshared keys, and the node's key file. */
@NullMarked
package dev.azwg.wg.key;

import org.jspecify.annotations.NullMarked;
