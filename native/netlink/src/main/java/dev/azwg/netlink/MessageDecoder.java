package dev.azwg.netlink;

import java.util.function.Consumer;

/**
 * Turns one reply into zero or more results.
 *
 * @param <T> what a reply holds
 */
@FunctionalInterface
public interface MessageDecoder<T> {
  /**
   * Decodes a message whose sequence and port number have been checked. May keep the message.
   *
   * @throws NetlinkException MALFORMED if it breaks the protocol; the exchange is then read to its
   *     end and the exception goes to the caller
   */
  void decode(NetlinkMessage message, Consumer<? super T> results) throws NetlinkException;
}
