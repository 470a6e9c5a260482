package dev.azwg.netlink.fake;

import dev.azwg.netlink.NetlinkException;
import dev.azwg.netlink.NetlinkMessage;
import java.util.List;

/** The script of a {@link FakeKernel}: what it answers to a request. */
@FunctionalInterface
public interface FakeHandler {
  /**
   * Answers one request of a datagram.
   *
   * @return the datagrams to queue at the socket, see {@link FakeReply}
   * @throws NetlinkException if the request is not what the test expects of the code under test
   */
  List<byte[]> reply(NetlinkMessage request) throws NetlinkException;
}
