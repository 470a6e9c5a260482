package dev.azwg.netlink.generic;

import dev.azwg.netlink.AttributeReader;
import dev.azwg.netlink.NetlinkException;
import dev.azwg.netlink.NetlinkMessage;

/**
 * A family's reply: {@code struct genlmsghdr} and attributes.
 *
 * @param command the reply's number
 * @param version of the family's protocol
 * @param message all of it
 */
public record GenericMessage(int command, int version, NetlinkMessage message) {

  static GenericMessage of(NetlinkMessage message) throws NetlinkException {
    return new GenericMessage(message.u8(0), message.u8(1), message);
  }

  /** A reader at the first attribute. */
  public AttributeReader attributes() throws NetlinkException {
    return message.attributes(GenericRequest.GENLMSGHDR_LENGTH);
  }
}
