package dev.azwg.netlink;

import dev.azwg.netlink.NetlinkException.Reason;
import dev.azwg.netlink.libc.Errno;
import dev.azwg.netlink.libc.Libc;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A netlink socket for requests and their answers, on which the protocols are built.
 *
 * <p>It belongs to the network namespace in which it was opened and may be used from any thread;
 * one exchange runs at a time, the others wait for it. Nothing blocks for ever: an answer that does
 * not come within the timeout is a {@link Reason#TIMEOUT}, and the socket stays usable. On virtual
 * threads each call pins its carrier while the system call runs, which for netlink is while the
 * kernel works: use platform threads for many or long dumps.
 */
public final class NetlinkSocket implements AutoCloseable {
  /** The kernel answers before send(2) returns; the time is for dumps on a loaded machine. */
  public static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(10);

  /** How often a dump that changes under the reader is begun anew. */
  static final int DUMP_ATTEMPTS = 16;

  private static final int RECEIVE_BUFFER = 2 << 20;

  /** Bytes of a batch in one send(2): above this there is nothing to gain. */
  private static final int BATCH_BYTES = 64 << 10;

  /**
   * Requests of a batch in one send(2). Every one may be refused, and all replies must fit the
   * receive buffer, where the kernel accounts about 1.3 KB for each.
   */
  private static final int BATCH_REQUESTS = 1024;

  /** The same for the default buffer of 208 KB, where a greater one was not granted. */
  private static final int BATCH_REQUESTS_SMALL_BUFFER = 96;

  private final ReentrantLock lock = new ReentrantLock();
  private final NetlinkChannel channel;
  private final long timeoutNanos;
  private final int batchRequests;
  private int sequence;
  private boolean leftovers;
  private boolean closed;

  private NetlinkSocket(NetlinkChannel channel, Duration timeout, int batchRequests) {
    this.channel = channel;
    this.timeoutNanos = timeout.toNanos();
    this.batchRequests = batchRequests;
  }

  /** Opens a socket of a protocol (NETLINK_ROUTE, ...) in the calling thread's namespace. */
  public static NetlinkSocket open(Libc libc, int protocol) throws NetlinkException {
    return open(libc, protocol, DEFAULT_TIMEOUT);
  }

  /** The same with another limit for one exchange. */
  public static NetlinkSocket open(Libc libc, int protocol, Duration timeout)
      throws NetlinkException {
    NetlinkChannel channel = NetlinkChannel.open(libc, protocol);
    boolean grown = channel.growReceiveBuffer(RECEIVE_BUFFER);
    return new NetlinkSocket(
        channel, timeout, grown ? BATCH_REQUESTS : BATCH_REQUESTS_SMALL_BUFFER);
  }

  /** The number that the kernel gave this socket; notifications of what it changes carry it. */
  public int portId() {
    return channel.portId();
  }

  /**
   * Sends a request and waits until the kernel has carried it out.
   *
   * @throws NetlinkException REJECTED with the kernel's error if it refused
   */
  public void request(NetlinkRequest request) throws NetlinkException {
    request(request, (message, results) -> {});
  }

  /**
   * Sends a request and decodes what the kernel sends before its acknowledgement.
   *
   * @throws NetlinkException REJECTED with the kernel's error if it refused
   */
  public <T> List<T> request(NetlinkRequest request, MessageDecoder<T> decoder)
      throws NetlinkException {
    lock.lock();
    try {
      Exchange exchange = send(List.of(request), NetlinkConstants.NLM_F_ACK);
      Results<T> results = new Results<>(decoder);
      NetlinkMessage end = results.readUntilEnd(exchange);
      return results.finish(end, request.operation());
    } catch (NetlinkException e) {
      throw failed(e);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Lists with NLM_F_DUMP and decodes each object. A list that changed while it was read is read
   * again, up to 16 times, so that what is returned was all true at one time.
   *
   * @throws NetlinkException DUMP_INTERRUPTED if it changed at every attempt
   */
  public <T> List<T> dump(NetlinkRequest request, MessageDecoder<T> decoder)
      throws NetlinkException {
    lock.lock();
    try {
      for (int attempt = 0; attempt < DUMP_ATTEMPTS; attempt++) {
        Exchange exchange = send(List.of(request), NetlinkConstants.NLM_F_DUMP);
        Results<T> results = new Results<>(decoder);
        NetlinkMessage end = results.readUntilEnd(exchange);
        if (!results.interrupted) {
          return results.finish(end, request.operation());
        }
      }
      throw NetlinkException.of(
          Reason.DUMP_INTERRUPTED,
          request.operation(),
          "changed while it was read, " + DUMP_ATTEMPTS + " times");
    } catch (NetlinkException e) {
      throw failed(e);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Sends many requests in few system calls, in order. A request that the kernel refuses does not
   * stop the ones after it.
   *
   * @return the refused ones in order; empty if all were carried out
   * @throws NetlinkException if the exchange itself failed: how much was carried out is not known
   */
  public List<BatchFailure> batch(List<NetlinkRequest> requests) throws NetlinkException {
    lock.lock();
    try {
      List<BatchFailure> failures = new ArrayList<>();
      int from = 0;
      while (from < requests.size()) {
        int to = endOfChunk(requests, from);
        exchangeChunk(requests.subList(from, to), from, failures);
        from = to;
      }
      return failures;
    } catch (NetlinkException e) {
      throw failed(e);
    } finally {
      lock.unlock();
    }
  }

  /** Closes the socket, after the exchange that is running. Closing twice is harmless. */
  @Override
  public void close() {
    lock.lock();
    try {
      if (!closed) {
        closed = true;
        channel.close();
      }
    } finally {
      lock.unlock();
    }
  }

  private int endOfChunk(List<NetlinkRequest> requests, int from) {
    int bytes = 0;
    int to = from;
    while (to < requests.size() && to - from < batchRequests) {
      bytes += AttributeWriter.align(requests.get(to).length());
      if (bytes > BATCH_BYTES && to > from) {
        break;
      }
      to++;
    }
    return to;
  }

  private void exchangeChunk(List<NetlinkRequest> chunk, int from, List<BatchFailure> failures)
      throws NetlinkException {
    Exchange exchange = send(chunk, NetlinkConstants.NLM_F_ACK);
    int last = sequence;
    int first = last - (chunk.size() - 1);
    NetlinkMessage message;
    do {
      message = exchange.next();
      if (message.type() == NetlinkConstants.NLMSG_ERROR) {
        ErrorReply reply = ErrorReply.of(message);
        int index = message.sequence() - first;
        if (!reply.errno().equals(Errno.NONE)) {
          failures.add(
              new BatchFailure(from + index, reply.exception(chunk.get(index).operation())));
        }
      }
    } while (message.sequence() != last || message.type() != NetlinkConstants.NLMSG_ERROR);
  }

  /** Sends requests in one datagram; the flags go on the last one. */
  private Exchange send(List<NetlinkRequest> requests, int lastFlags) throws NetlinkException {
    NetlinkRequest last = requests.getLast();
    if (closed) {
      throw NetlinkException.of(Reason.CLOSED, last.operation(), "the socket is closed");
    }
    long deadline = System.nanoTime() + timeoutNanos;
    if (leftovers) {
      discardLeftovers(last.operation(), deadline);
    }
    int length = 0;
    for (NetlinkRequest request : requests) {
      length += AttributeWriter.align(request.length());
    }
    ByteBuffer datagram = ByteBuffer.allocate(length).order(ByteOrder.nativeOrder());
    int first = sequence + 1;
    for (NetlinkRequest request : requests) {
      request.encode(datagram, request == last ? lastFlags : 0, ++sequence, channel.portId());
    }
    try {
      channel.send(last.operation(), datagram.array(), length);
    } finally {
      // A request may hold a private key.
      Arrays.fill(datagram.array(), (byte) 0);
    }
    return new Exchange(channel, last.operation(), first, sequence, deadline);
  }

  /** Notes that replies may still come, or that a dump may be unfinished. */
  private NetlinkException failed(NetlinkException e) {
    leftovers |= e.reason() != Reason.REJECTED;
    return e;
  }

  /**
   * Reads away what an exchange that failed has left. It must be read, not only ignored: the kernel
   * refuses a new dump (EBUSY) as long as the last one has not been read to its end.
   */
  private void discardLeftovers(String operation, long deadline) throws NetlinkException {
    while (System.nanoTime() - deadline < 0) {
      try {
        if (channel.receiveNow(operation) == null) {
          leftovers = false;
          return;
        }
      } catch (NetlinkException e) {
        if (e.reason() != Reason.OVERRUN && e.reason() != Reason.MALFORMED) {
          throw e;
        }
        // These were the faults of the exchange that failed.
      }
    }
    throw NetlinkException.of(Reason.TIMEOUT, operation, "replies to earlier requests do not end");
  }

  /** What one exchange returns, and the first failure to decode it. */
  private static final class Results<T> {
    private final MessageDecoder<T> decoder;
    private final List<T> values = new ArrayList<>();
    private final List<NetlinkException> failures = new ArrayList<>(1);
    private boolean interrupted;

    Results(MessageDecoder<T> decoder) {
      this.decoder = decoder;
    }

    NetlinkMessage readUntilEnd(Exchange exchange) throws NetlinkException {
      while (true) {
        NetlinkMessage message = exchange.next();
        interrupted |= message.hasFlags(NetlinkConstants.NLM_F_DUMP_INTR);
        if (message.type() == NetlinkConstants.NLMSG_DONE
            || message.type() == NetlinkConstants.NLMSG_ERROR) {
          return message;
        }
        decode(message);
      }
    }

    List<T> finish(NetlinkMessage end, String operation) throws NetlinkException {
      if (!failures.isEmpty()) {
        throw failures.getFirst();
      }
      ErrorReply reply = ErrorReply.of(end);
      if (!reply.errno().equals(Errno.NONE)) {
        throw reply.exception(operation);
      }
      return values;
    }

    private void decode(NetlinkMessage message) {
      if (failures.isEmpty()) {
        try {
          decoder.decode(message, values::add);
        } catch (NetlinkException e) {
          failures.add(e);
        }
      }
    }
  }
}
