package dev.azwg.netlink.generic;

import dev.azwg.netlink.NetlinkException;
import java.util.function.Consumer;

/**
 * Turns one reply of a family into zero or more results.
 *
 * @param <T> what a reply holds
 */
@FunctionalInterface
public interface GenericDecoder<T> {
  /**
   * Decodes a reply. May keep the message.
   *
   * @throws NetlinkException MALFORMED if it breaks the family's protocol
   */
  void decode(GenericMessage message, Consumer<? super T> results) throws NetlinkException;
}
