/**
 * The cross-platform userspace protocol (wireguard.com/xplatform): a text protocol over a unix
 * socket per device, spoken by wireguard-go and its kin.
 */
@NullMarked
package dev.azwg.wg.device.uapi;

import org.jspecify.annotations.NullMarked;
