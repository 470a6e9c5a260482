package dev.azwg.netlink.fake;

import static dev.azwg.netlink.libc.LinuxConstants.MSG_DONTWAIT;
import static dev.azwg.netlink.libc.LinuxConstants.MSG_PEEK;
import static dev.azwg.netlink.libc.LinuxConstants.MSG_TRUNC;

import dev.azwg.netlink.NetlinkException;
import dev.azwg.netlink.NetlinkMessage;
import dev.azwg.netlink.libc.Errno;
import dev.azwg.netlink.libc.Libc;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A {@link Libc} whose netlink sockets are answered by a script, and whose calls fail on demand.
 *
 * <p>Requests that are sent go to the {@link FakeHandler} one by one; the datagrams it returns are
 * queued at the socket, as the kernel does before send(2) returns. poll(2) really waits, so that
 * receivers in other threads can be tested. Descriptors are counted: see {@link
 * #openDescriptors()}. Thread-safe.
 */
public final class FakeKernel implements Libc {
  private static final int FIRST_PORT = 4000;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition arrived = lock.newCondition();
  private final FakeHandler handler;
  private final Map<Integer, Descriptor> descriptors = new TreeMap<>();
  private final Map<FakeCall, Deque<Errno>> failures = new EnumMap<>(FakeCall.class);
  private final Map<FakeCall, Integer> counts = new EnumMap<>(FakeCall.class);
  private final List<NetlinkMessage> requests = new ArrayList<>();
  private int nextFd = 3;

  public FakeKernel(FakeHandler handler) {
    this.handler = handler;
  }

  /** Makes the next call of this kind that has no failure yet fail, without any effect. */
  public FakeKernel failNext(FakeCall call, Errno errno) {
    lock.lock();
    try {
      failures.computeIfAbsent(call, key -> new ArrayDeque<>()).add(errno);
      arrived.signalAll();
      return this;
    } finally {
      lock.unlock();
    }
  }

  /** Queues a datagram at every socket that has joined a multicast group. */
  public void announce(byte[] datagram) {
    lock.lock();
    try {
      for (Descriptor descriptor : descriptors.values()) {
        if (descriptor.subscribed) {
          descriptor.queue.add(datagram);
        }
      }
      arrived.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** How often this was called, failures included. */
  public int count(FakeCall call) {
    lock.lock();
    try {
      return counts.getOrDefault(call, 0);
    } finally {
      lock.unlock();
    }
  }

  /** Descriptors that were opened and not closed. */
  public int openDescriptors() {
    lock.lock();
    try {
      return descriptors.size();
    } finally {
      lock.unlock();
    }
  }

  /** All requests that were sent, in order. */
  public List<NetlinkMessage> requests() {
    lock.lock();
    try {
      return List.copyOf(requests);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public int socket(int domain, int type, int protocol) {
    return call(FakeCall.SOCKET, this::newDescriptor);
  }

  @Override
  public int bind(int fd, byte[] address) {
    return call(FakeCall.BIND, () -> descriptors.containsKey(fd) ? 0 : -Errno.EBADF.number());
  }

  @Override
  public int getsockname(int fd, byte[] address) {
    return call(
        FakeCall.GETSOCKNAME,
        () -> {
          byte[] name =
              ByteBuffer.allocate(12)
                  .order(ByteOrder.nativeOrder())
                  .putShort((short) 16)
                  .putInt(4, FIRST_PORT + fd)
                  .array();
          System.arraycopy(name, 0, address, 0, Math.min(name.length, address.length));
          return name.length;
        });
  }

  @Override
  public int setsockopt(int fd, int level, int option, byte[] value) {
    return call(
        FakeCall.SETSOCKOPT,
        () -> {
          Descriptor descriptor = descriptors.get(fd);
          if (descriptor == null) {
            return -Errno.EBADF.number();
          }
          // NETLINK_ADD_MEMBERSHIP of SOL_NETLINK.
          descriptor.subscribed |= level == 270 && option == 1;
          return 0;
        });
  }

  @Override
  public int send(int fd, byte[] message, int length, int flags) {
    byte[] datagram = Arrays.copyOf(message, length);
    return call(
        FakeCall.SEND,
        () -> {
          Descriptor descriptor = descriptors.get(fd);
          if (descriptor == null) {
            return -Errno.EBADF.number();
          }
          for (NetlinkMessage request : parse(datagram)) {
            requests.add(request);
            descriptor.queue.addAll(answer(request));
          }
          arrived.signalAll();
          return length;
        });
  }

  @Override
  public int recv(int fd, byte[] buffer, int flags) {
    return call(
        FakeCall.RECV,
        () -> {
          Descriptor descriptor = descriptors.get(fd);
          if (descriptor == null) {
            return -Errno.EBADF.number();
          }
          byte[] datagram = descriptor.queue.peek();
          if (datagram == null) {
            if ((flags & MSG_DONTWAIT) == 0) {
              throw new AssertionError("recv(2) would block for ever");
            }
            return -Errno.EAGAIN.number();
          }
          if ((flags & MSG_PEEK) == 0) {
            descriptor.queue.remove();
          }
          int copied = Math.min(buffer.length, datagram.length);
          System.arraycopy(datagram, 0, buffer, 0, copied);
          return (flags & MSG_TRUNC) == 0 ? copied : datagram.length;
        });
  }

  @Override
  public int poll(int fd, int events, int timeoutMillis) {
    return call(
        FakeCall.POLL,
        () -> {
          long nanos = TimeUnit.MILLISECONDS.toNanos(timeoutMillis);
          while (true) {
            Descriptor descriptor = descriptors.get(fd);
            if (descriptor == null) {
              return 0x20;
            }
            if (!descriptor.queue.isEmpty() || failures.containsKey(FakeCall.RECV)) {
              return events;
            }
            if (nanos <= 0 && timeoutMillis >= 0) {
              return 0;
            }
            nanos = arrived.awaitNanos(timeoutMillis < 0 ? Long.MAX_VALUE : nanos);
          }
        });
  }

  @Override
  public int open(String path, int flags) {
    return call(FakeCall.OPEN, this::newDescriptor);
  }

  @Override
  public int close(int fd) {
    return call(FakeCall.CLOSE, () -> descriptors.remove(fd) == null ? -Errno.EBADF.number() : 0);
  }

  @Override
  public int setns(int fd, int namespaceType) {
    return call(FakeCall.SETNS, () -> descriptors.containsKey(fd) ? 0 : -Errno.EBADF.number());
  }

  @Override
  public int flock(int fd, int operation) {
    return call(FakeCall.FLOCK, () -> descriptors.containsKey(fd) ? 0 : -Errno.EBADF.number());
  }

  @Override
  public int getrandom(byte[] buffer) {
    return call(
        FakeCall.GETRANDOM,
        () -> {
          Arrays.fill(buffer, (byte) 0x5a);
          return buffer.length;
        });
  }

  private int newDescriptor() {
    int fd = nextFd++;
    descriptors.put(fd, new Descriptor());
    return fd;
  }

  private List<byte[]> answer(NetlinkMessage request) {
    try {
      return handler.reply(request);
    } catch (NetlinkException e) {
      throw new AssertionError("the script does not understand the request", e);
    }
  }

  private static List<NetlinkMessage> parse(byte[] datagram) {
    try {
      return NetlinkMessage.parse("send", datagram);
    } catch (NetlinkException e) {
      throw new AssertionError("the code under test sent a malformed datagram", e);
    }
  }

  private int call(FakeCall call, Body body) {
    lock.lock();
    try {
      counts.merge(call, 1, Integer::sum);
      Deque<Errno> queued = failures.get(call);
      if (queued != null) {
        Errno errno = queued.remove();
        if (queued.isEmpty()) {
          failures.remove(call);
        }
        return -errno.number();
      }
      return body.run();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return -Errno.EINTR.number();
    } finally {
      lock.unlock();
    }
  }

  private interface Body {
    int run() throws InterruptedException;
  }

  private static final class Descriptor {
    private final Deque<byte[]> queue = new ArrayDeque<>();
    private boolean subscribed;
  }
}
