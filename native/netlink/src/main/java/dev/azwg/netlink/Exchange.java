package dev.azwg.netlink;

import dev.azwg.netlink.NetlinkException.Reason;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * The replies to one or several requests that were sent together: takes datagrams apart, leaves out
 * late replies to earlier requests, and refuses what answers nobody.
 */
final class Exchange {
  private final NetlinkChannel channel;
  private final String operation;
  private final int first;
  private final int last;
  private final long deadline;
  private final Deque<NetlinkMessage> pending = new ArrayDeque<>();

  /**
   * @param first the sequence number of the first request
   * @param last that of the last one
   * @param deadline a {@link System#nanoTime()}
   */
  Exchange(NetlinkChannel channel, String operation, int first, int last, long deadline) {
    this.channel = channel;
    this.operation = operation;
    this.first = first;
    this.last = last;
    this.deadline = deadline;
  }

  /** The next message that answers these requests. */
  NetlinkMessage next() throws NetlinkException {
    while (true) {
      NetlinkMessage message = pending.poll();
      if (message == null) {
        receive();
      } else if (answers(message)) {
        return message;
      }
    }
  }

  private void receive() throws NetlinkException {
    byte[] datagram = channel.receive(operation, deadline);
    if (datagram == null) {
      throw NetlinkException.of(Reason.TIMEOUT, operation, "no answer in time");
    }
    pending.addAll(NetlinkMessage.parse(operation, datagram));
  }

  private boolean answers(NetlinkMessage message) throws NetlinkException {
    if (message.type() == NetlinkConstants.NLMSG_OVERRUN) {
      throw NetlinkException.overrun(operation);
    }
    if (message.type() == NetlinkConstants.NLMSG_NOOP) {
      return false;
    }
    if (message.portId() != channel.portId()) {
      throw NetlinkException.of(
          Reason.UNEXPECTED_REPLY,
          operation,
          "a reply to port "
              + Integer.toUnsignedString(message.portId())
              + ", not "
              + Integer.toUnsignedString(channel.portId()));
    }
    // Differences, not comparisons: sequence numbers wrap around.
    if (message.sequence() - first < 0) {
      return false;
    }
    if (message.sequence() - last > 0) {
      throw NetlinkException.of(
          Reason.UNEXPECTED_REPLY,
          operation,
          "a reply to request " + message.sequence() + ", which was never sent");
    }
    return true;
  }
}
