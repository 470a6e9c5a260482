package dev.azwg.netlink;

import dev.azwg.netlink.NetlinkException.Reason;
import dev.azwg.netlink.libc.Libc;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A netlink socket that only listens to multicast groups.
 *
 * <p>One thread receives; any thread may wake it or close the socket. It belongs to the network
 * namespace in which it was opened. On a virtual thread {@link #next} pins the carrier while it
 * waits: use a platform thread.
 */
public final class MulticastSocket implements AutoCloseable {
  /**
   * Datagrams that one call returns at most, so that a receiver gets to work under a steady stream.
   */
  private static final int MAX_DATAGRAMS = 1024;

  /** Datagrams that are read away after an overrun at most, many times what the buffer can hold. */
  private static final int MAX_DISCARDED = 1 << 20;

  private static final int RECEIVE_BUFFER = 4 << 20;

  private final ReentrantLock receiving = new ReentrantLock();
  private final ReentrantLock sending = new ReentrantLock();
  private final NetlinkChannel channel;
  private final String operation;
  private volatile boolean closed;
  private boolean congested;

  private MulticastSocket(NetlinkChannel channel, String operation) {
    this.channel = channel;
    this.operation = operation;
  }

  /**
   * Opens a socket in the calling thread's namespace and subscribes it. What the kernel announces
   * after this method has returned is received.
   *
   * @param operation the name for errors
   */
  public static MulticastSocket open(
      Libc libc, int protocol, List<Integer> groups, String operation) throws NetlinkException {
    NetlinkChannel channel = NetlinkChannel.open(libc, protocol);
    try {
      channel.growReceiveBuffer(RECEIVE_BUFFER);
      for (int group : groups) {
        channel.join(group);
      }
    } catch (NetlinkException | RuntimeException e) {
      channel.close();
      throw e;
    }
    return new MulticastSocket(channel, operation);
  }

  /**
   * Waits for messages and returns those that are there.
   *
   * @return empty if the time ran out or {@link #wakeUp} was called
   * @throws NetlinkException OVERRUN if the kernel dropped messages: the caller has to list
   *     everything anew, and what is listed from now on is followed by every later message; CLOSED
   *     if the socket is or was closed
   */
  public List<NetlinkMessage> next(Duration timeout) throws NetlinkException {
    long deadline = System.nanoTime() + timeout.toNanos();
    receiving.lock();
    try {
      requireOpen();
      List<NetlinkMessage> messages = receive(deadline);
      requireOpen();
      return messages;
    } catch (NetlinkException e) {
      throw e.reason() == Reason.OVERRUN ? overrun() : e;
    } finally {
      receiving.unlock();
    }
  }

  private List<NetlinkMessage> receive(long deadline) throws NetlinkException {
    if (congested) {
      throw NetlinkException.overrun(operation);
    }
    List<NetlinkMessage> messages = new ArrayList<>();
    byte[] datagram = channel.receive(operation, deadline);
    for (int count = 1; datagram != null; count++) {
      for (NetlinkMessage message : NetlinkMessage.parse(operation, datagram)) {
        // The others are the answers to wakeUp().
        if (message.type() >= NetlinkConstants.NLMSG_MIN_TYPE) {
          messages.add(message);
        }
      }
      datagram = count < MAX_DATAGRAMS ? channel.receiveNow(operation) : null;
    }
    return messages;
  }

  /**
   * Empties the socket before the overrun is told. After an overrun the kernel drops every message,
   * without telling again, until all that it had queued has been read (NETLINK_S_CONGESTED): who
   * listed before that would miss changes for ever.
   */
  private NetlinkException overrun() throws NetlinkException {
    congested = true;
    for (int i = 0; congested && i < MAX_DISCARDED; i++) {
      try {
        congested = channel.receiveNow(operation) != null;
      } catch (NetlinkException e) {
        if (e.reason() == Reason.SYSTEM_CALL) {
          throw e;
        }
      }
    }
    return NetlinkException.overrun(operation);
  }

  /** Makes a {@link #next} that waits return at once, or else the one after it. */
  public void wakeUp() throws NetlinkException {
    sending.lock();
    try {
      requireOpen();
      sendNoop();
    } finally {
      sending.unlock();
    }
  }

  /** Wakes the receiver, whose call then ends with CLOSED, and closes the socket. */
  @Override
  public void close() {
    sending.lock();
    try {
      if (closed) {
        return;
      }
      closed = true;
      try {
        sendNoop();
      } catch (NetlinkException e) {
        // The receiver then returns when its time is over.
      }
    } finally {
      sending.unlock();
    }
    receiving.lock();
    try {
      channel.close();
    } finally {
      receiving.unlock();
    }
  }

  /**
   * The kernel acknowledges a request that does nothing: its answer arrives at the receiver, who
   * waits in poll(2) without any other descriptor to be woken by.
   */
  private void sendNoop() throws NetlinkException {
    ByteBuffer noop =
        ByteBuffer.allocate(NetlinkMessage.HEADER_LENGTH).order(ByteOrder.nativeOrder());
    NetlinkMessage.writeHeader(
        noop,
        NetlinkMessage.HEADER_LENGTH,
        NetlinkConstants.NLMSG_NOOP,
        NetlinkConstants.NLM_F_REQUEST | NetlinkConstants.NLM_F_ACK,
        0,
        channel.portId());
    channel.send(operation, noop.array(), NetlinkMessage.HEADER_LENGTH);
  }

  private void requireOpen() throws NetlinkException {
    if (closed) {
      throw NetlinkException.of(Reason.CLOSED, operation, "the socket is closed");
    }
  }
}
